/** The sign-in: a name and a password, an identity provider, and in plain words what went wrong. */
import "@kit/base.css";
import "./signin.css";
import { Problem, post } from "@kit/api";
import { boot, bootData } from "@kit/boot";
import { Mark } from "@kit/mark";
import { Menu, MenuItem } from "@kit/menu";
import { setLocale, setTheme, theme } from "@kit/theme";
import { Button, Icon, IconButton } from "@kit/ui";
import { signal, useSignal } from "@preact/signals";
import { CircleAlert, Eye, EyeOff, Info, LogIn, Settings2 } from "lucide";
import { render } from "preact";
import { useRef } from "preact/hooks";
import { problemText, t, waitText } from "./texts";

interface Data {
  next: string; // a path of this origin: the server has checked it
  problem: string; // the code of what went wrong before, or ""
  away: boolean; // the server cannot look anybody up: only trying again helps
  passwords: boolean;
  provider: { name: string } | null;
}

const data = bootData<Data>();
const problem = signal(data.problem ? problemText(data.problem) : "");
const calm = signal(data.problem === "session_ended");
const themes = ["system", "light", "dark"] as const;
const locales = { "pt-BR": "Português", en: "English" };

function say(text: string) {
  calm.value = false;
  problem.value = text;
}

function told(error: unknown): string {
  if (!(error instanceof Problem)) return problemText("failed");
  if (error.unreachable) return problemText("offline");
  if (error.status === 429) return waitText(Number(error.detail["seconds"] ?? 1));
  return problemText(String(error.detail["code"] ?? "failed"));
}

/** Always there, so that screen readers hear what comes into it. */
const Told = () => (
  <div id="problem" role="alert">
    {problem.value && (
      <p class={calm.value ? "told calm" : "told"}>
        <Icon icon={calm.value ? Info : CircleAlert} />
        <span>{problem.value}</span>
      </p>
    )}
  </div>
);

function PasswordForm() {
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const shown = useSignal(false);
  const busy = useSignal(false);
  const wrong = useSignal<"name" | "password" | "both" | null>(null);

  const refuse = (which: "name" | "password" | "both", text: string) => {
    wrong.value = which;
    say(text);
    (which === "name" ? name : password).current!.focus();
  };

  const enter = async () => {
    if (busy.value) return;
    if (!name.current!.value.trim()) return refuse("name", t("needName"));
    if (!password.current!.value) return refuse("password", t("needPassword"));
    wrong.value = null;
    busy.value = true;
    try {
      const body = {
        name: name.current!.value.trim(),
        password: password.current!.value,
        next: data.next,
      };
      location.assign((await post<{ next: string }>("signin", body)).next);
    } catch (error) {
      busy.value = false;
      password.current!.select();
      if (error instanceof Problem && error.status === 403) refuse("both", told(error));
      else say(told(error));
    }
  };
  const invalid = (field: "name" | "password") =>
    wrong.value === field || wrong.value === "both" ? "true" : undefined;

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <label for="name">{t("name")}</label>
      <input
        ref={name}
        id="name"
        class="field"
        name="username"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        required
        autofocus
        maxLength={200}
        aria-invalid={invalid("name")}
        aria-describedby="problem"
      />
      <label for="password">{t("password")}</label>
      <div class="with-eye">
        <input
          ref={password}
          id="password"
          class="field"
          name="password"
          type={(shown.value ? "text" : "password") as "password"} // types know no input that changes
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck={false}
          required
          maxLength={200}
          aria-invalid={invalid("password")}
          aria-describedby="problem"
        />
        <IconButton
          icon={shown.value ? EyeOff : Eye}
          label={t("show")}
          aria-pressed={shown.value}
          onClick={() => {
            shown.value = !shown.value;
          }}
        />
      </div>
      <Button type="submit" kind="primary" icon={LogIn} busy={busy.value}>
        {t("enter")}
      </Button>
    </form>
  );
}

const ProviderLink = ({ name }: { name: string }) => (
  <a
    class={`button ${data.passwords ? "plain" : "primary"}`}
    href={`${boot.base}signin/oidc?next=${encodeURIComponent(data.next)}`}
  >
    {t("enterWith", { provider: name })}
  </a>
);

const WaysIn = () => (
  <>
    {data.passwords && <PasswordForm />}
    {data.passwords && data.provider && <p class="or">{t("or")}</p>}
    {data.provider && <ProviderLink name={data.provider.name} />}
  </>
);

const Again = () => (
  <a class="button primary" href={data.next}>
    {t("again")}
  </a>
);

const Settings = () => (
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
);

const Page = () => (
  <div class="entrance">
    <main class="card">
      <div class="top">
        <Mark />
        <h1>{t("heading")}</h1>
        <Settings />
      </div>
      <Told />
      {data.away ? <Again /> : <WaysIn />}
    </main>
  </div>
);

document.title = `${t("title")} · Prosa`;
render(<Page />, document.getElementById("app")!);
