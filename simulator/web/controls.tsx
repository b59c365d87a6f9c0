/** What one can do to the platform from here: faults, a customer's preference, a word from the shop. */
import { Button } from "@kit/ui";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { faultNames } from "./contract";
import {
  current,
  customers,
  echo,
  faults,
  nameOf,
  setFault,
  setPreference,
  templates,
} from "./store";
import { t } from "./texts";

export const Controls = () => (
  <div class="controls">
    <Faults />
    <ForCustomer />
    <Group title={t("templates")}>
      <ul class="templates">
        {templates.value.length
          ? templates.value.map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))
          : t("noTemplates")}
      </ul>
    </Group>
  </div>
);

const Group = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
);

const Faults = () => (
  <Group title={t("faults")}>
    <ul class="faults">
      {faultNames.map((name) => (
        <li key={name}>
          <label>
            <span class="grow">
              <b>{t(`fault.${name}`)}</b>
              <small>{t(`fault.${name}.more`)}</small>
            </span>
            <input
              type="checkbox"
              role="switch"
              checked={faults.value[name]}
              onChange={(event) => void setFault(name, event.currentTarget.checked)}
            />
          </label>
        </li>
      ))}
    </ul>
  </Group>
);

function ForCustomer() {
  const text = useSignal("");
  const busy = useSignal(false);
  const who = current.value;
  const name = nameOf(who);
  const send = async () => {
    const words = text.value.trim();
    if (!words || busy.value) return;
    busy.value = true;
    if (await echo(who, words)) text.value = "";
    busy.value = false;
  };
  if (!who) return null;
  return (
    <>
      <Group title={t("customer")}>
        <select
          class="field"
          aria-label={t("customer")}
          value={who}
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
      </Group>
      <Group title={t("preferences")}>
        <p>{t("preferencesMore", { name })}</p>
        <div class="row-of">
          <Button onClick={() => void setPreference(who, "stop")}>{t("preference.stop")}</Button>
          <Button onClick={() => void setPreference(who, "resume")}>
            {t("preference.resume")}
          </Button>
        </div>
      </Group>
      <Group title={t("echo")}>
        <p>{t("echoMore", { name })}</p>
        <form
          class="row-of"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <input
            class="field"
            aria-label={t("echoPlaceholder")}
            placeholder={t("echoPlaceholder")}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <Button type="submit" busy={busy.value}>
            {t("send")}
          </Button>
        </form>
      </Group>
    </>
  );
}
