/** The page's bar: whose number, whose phone, one more customer, how it looks, what lies beneath. */
import { boot } from "@kit/boot";
import { Mark } from "@kit/mark";
import { Menu, MenuItem } from "@kit/menu";
import { setLocale, setTheme, theme } from "@kit/theme";
import { Badge, Button, Dialog, IconButton } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { PanelRight, Plus, Settings2 } from "lucide";
import type { Ref } from "preact";
import { drawer, faultsOn } from "./drawer";
import { addCustomer, business, businesses, current, customers } from "./store";
import { t } from "./texts";

const themes = ["system", "light", "dark"] as const;
const locales = { "pt-BR": "Português", en: "English" };

export function Topbar({ toggle }: { toggle: Ref<HTMLSpanElement> }) {
  const adding = useSignal(false);
  const on = faultsOn();
  return (
    <>
      <header class="bar-top">
        <Mark />
        <h1>{t("phone")}</h1>
        <span class="about truncate">{t("simulated")}</span>
        {businesses.length > 1 && <Businesses />}
        <select
          class="field who-select"
          aria-label={t("customer")}
          value={current.value}
          onChange={(event) => {
            current.value = event.currentTarget.value;
          }}
        >
          {customers.value.map((c) => (
            <option key={c.id} value={c.id}>
              {c.name}
            </option>
          ))}
        </select>
        <span class="grow" />
        {on > 0 && <Badge tone="warn">{t("active", { n: on })}</Badge>}
        <Button
          icon={Plus}
          aria-label={t("add")}
          aria-haspopup="dialog"
          onClick={() => {
            adding.value = true;
          }}
        >
          {t("add")}
        </Button>
        <Menu icon={Settings2} label={t("settings")}>
          {themes.map((name) => (
            <MenuItem key={name} checked={theme.value === name} onChoose={() => setTheme(name)}>
              {t(`theme.${name}`)}
            </MenuItem>
          ))}
          <hr />
          {Object.entries(locales).map(([name, words]) => (
            <MenuItem key={name} checked={boot.locale === name} onChoose={() => setLocale(name)}>
              <span lang={name}>{words}</span>
            </MenuItem>
          ))}
        </Menu>
        <span ref={toggle}>
          <IconButton
            icon={PanelRight}
            label={t("drawerShow")}
            aria-pressed={drawer.value}
            onClick={() => {
              drawer.value = !drawer.value;
            }}
          />
        </span>
      </header>
      {adding.value && (
        <AddCustomer
          onClose={() => {
            adding.value = false;
          }}
        />
      )}
    </>
  );
}

const Businesses = () => (
  <select
    class="field business-select"
    aria-label={t("businessNumber")}
    value={business.phoneNumberId}
    onChange={(event) => {
      location.search = `?business=${encodeURIComponent(event.currentTarget.value)}`;
    }}
  >
    {businesses.map((b) => (
      <option key={b.phoneNumberId} value={b.phoneNumberId}>
        {b.name} · {b.phone}
      </option>
    ))}
  </select>
);

function AddCustomer({ onClose }: { onClose: () => void }) {
  const name = useSignal("");
  const hidden = useSignal(false);
  const busy = useSignal(false);
  const add = async () => {
    if (busy.value) return;
    busy.value = true;
    if (await addCustomer(name.value.trim(), hidden.value)) onClose();
    busy.value = false;
  };
  return (
    <Dialog title={t("add")} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <label class="labelled">
          {t("addName")}
          <input
            class="field"
            autocomplete="off"
            placeholder={t("addNameHint")}
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="option">
          <input
            type="checkbox"
            role="switch"
            checked={hidden.value}
            onChange={(event) => {
              hidden.value = event.currentTarget.checked;
            }}
          />
          <span class="grow">
            <b>{t("addHidden")}</b>
            <small>{t("addHiddenMore")}</small>
          </span>
        </label>
        <footer>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={busy.value}>
            {t("addConfirm")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
