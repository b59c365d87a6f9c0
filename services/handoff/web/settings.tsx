/** The person's own dialog: presence, theme, language, shortcuts, and the way out. */
import { boot } from "@kit/boot";
import { lettersOn, setLetters } from "@kit/keys";
import { setLocale, setTheme, theme, type Theme } from "@kit/theme";
import { Button, Dialog, toast } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { Keyboard, LogOut } from "lucide";
import type { ComponentChildren } from "preact";
import { pending } from "./outbox";
import { available, forget, setAvailable } from "./store";
import { t } from "./texts";
import { closing, dialog } from "./view";

const THEMES: Theme[] = ["system", "light", "dark"];
const LOCALES = [
  ["pt-BR", "Português"],
  ["en", "English"],
] as const;

export function Settings() {
  return (
    <Dialog title={t("settings")} onClose={closing("settings")}>
      <div class="form">
        <Switch
          on={available.value}
          onChange={(on) => void setAvailable(on)}
          more={t(available.value ? "availableMore" : "awayMore")}
        >
          {t("available")}
        </Switch>
        <Segments legend={t("theme")}>
          {THEMES.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="theme"
                checked={theme.value === each}
                onChange={() => setTheme(each)}
              />
              <span>{t(`theme.${each}`)}</span>
            </label>
          ))}
        </Segments>
        <Segments legend={t("language")}>
          {LOCALES.map(([each, name]) => (
            <label key={each} lang={each}>
              <input
                type="radio"
                name="locale"
                checked={boot.locale === each}
                onChange={() => setLocale(each)}
              />
              <span>{name}</span>
            </label>
          ))}
        </Segments>
        <Letters />
        <footer>
          <Button
            kind="quiet"
            icon={Keyboard}
            onClick={() => {
              dialog.value = "help";
            }}
          >
            {t("shortcuts")}
          </Button>
          <span class="grow" />
          <Button
            icon={LogOut}
            onClick={() => {
              dialog.value = "signOut";
            }}
          >
            {t("signOut")}
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}

export const Letters = () => (
  <Switch on={lettersOn.value} onChange={setLetters}>
    {t("letters")}
  </Switch>
);

function Switch(props: {
  on: boolean;
  onChange: (on: boolean) => void;
  children: string;
  more?: string;
}) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={props.on}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>
        <b>{props.children}</b>
        {props.more && <small>{props.more}</small>}
      </span>
    </label>
  );
}

const Segments = ({ legend, children }: { legend: string; children: ComponentChildren }) => (
  <fieldset>
    <legend>{legend}</legend>
    <div class="segments">{children}</div>
  </fieldset>
);

/** Leaving forgets drafts and what has not left yet: say so before it is done. */
export function SignOut() {
  const busy = useSignal(false);
  const waiting = pending.value.length;
  const leave = async () => {
    if (busy.value) return;
    busy.value = true;
    // The sign-in stands above the bot's own inbox: one session for all of them.
    const above = boot.base.slice(0, boot.base.lastIndexOf("/", boot.base.length - 2) + 1);
    try {
      const answer = await fetch(`${above}signout`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      });
      if (!answer.ok && answer.status !== 401) throw new Error(String(answer.status));
      forget();
      location.assign(`${above}signin`);
    } catch {
      busy.value = false;
      toast(t("unreachable"), "bad");
    }
  };
  return (
    <Dialog title={t("signOut")} onClose={closing("signOut")}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void leave();
        }}
      >
        <p>{t("signOutMore")}</p>
        {waiting > 0 && <p class="problem">{t("signOutWaiting", { n: waiting })}</p>}
        <footer>
          <Button onClick={closing("signOut")}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" icon={LogOut} busy={busy.value}>
            {t("signOut")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
