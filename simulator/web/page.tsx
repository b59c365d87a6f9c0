/** The phone: several customers' handsets side by side, and what happens under the hood. */
import "@kit/base.css";
import "@kit/json.css";
import "./phone.css";
import { Announcer, ConnectionBanner } from "@kit/ui";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Drawer, covers, drawer } from "./drawer";
import { Handset } from "./handset";
import { customers } from "./store";
import { t } from "./texts";
import { Topbar } from "./topbar";

function Page() {
  const toggle = useRef<HTMLSpanElement>(null);
  const opened = useRef(drawer.value);
  useEffect(() => {
    if (opened.current && !drawer.value) toggle.current?.querySelector("button")?.focus();
    opened.current = drawer.value;
  }, [drawer.value]);
  const covered = drawer.value && covers.value;
  return (
    <div class={`bench ${drawer.value ? "with-drawer" : ""}`}>
      <div class="main" inert={covered}>
        <a class="skip" href="#main">
          {t("skip")}
        </a>
        <ConnectionBanner connecting={t("connecting")} offline={t("offline")} />
        <Topbar toggle={toggle} />
        <main class="handsets" id="main" tabIndex={-1}>
          {customers.value.map((c) => (
            <Handset key={c.id} c={c} />
          ))}
        </main>
      </div>
      {drawer.value && <Drawer />}
      <Announcer />
    </div>
  );
}

document.title = `${t("phone")} · Prosa`;
render(<Page />, document.getElementById("app")!);
