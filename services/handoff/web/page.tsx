/** The inbox of one bot: rail, list, conversation, details, and the keys that reach them. */
import "@kit/base.css";
import "./inbox.css";
import { listen, shortcuts } from "@kit/keys";
import { Announcer, ConnectionBanner } from "@kit/ui";
import { render } from "preact";
import { CloseDialog } from "./closing";
import { ConversationPane } from "./conversation";
import { Help } from "./help";
import { List, step } from "./list";
import { claim } from "./owner";
import { go, place } from "./place";
import { Rail } from "./rail";
import { Settings, SignOut } from "./settings";
import { actions, isMine, mayDecide, selected, start, supervises } from "./store";
import { TemplatePicker } from "./templates";
import { t } from "./texts";
import { TransferDialog } from "./transfer";
import { detailsOpen, dialog, focus, mode, type DialogName } from "./view";

function Page() {
  const open = place.value.id ? "open" : "";
  const details = detailsOpen.value ? "with-details" : "";
  return (
    <>
      <a class="skip" href="#conversation">
        {t("skip")}
      </a>
      <div class="frame">
        <Rail />
        <div class="page">
          <ConnectionBanner connecting={t("connecting")} offline={t("offline")} />
          <main class={`inbox ${open} ${details}`}>
            <h1 class="sr">{t("inbox")}</h1>
            <List />
            <ConversationPane />
          </main>
        </div>
      </div>
      <Dialogs />
      <Announcer />
    </>
  );
}

function Dialogs() {
  const c = selected.value;
  switch (dialog.value) {
    case null:
      return null;
    case "help":
      return <Help />;
    case "settings":
      return <Settings />;
    case "signOut":
      return <SignOut />;
    case "templates":
      return c && <TemplatePicker c={c} />;
    case "transfer":
      return c && <TransferDialog c={c} />;
    case "close":
      return c && <CloseDialog c={c} />;
  }
}

const write = (kind: "reply" | "note") => () => {
  mode.value = kind;
  focus("composer");
};
/** What needs a conversation that this person holds, or may decide about. */
const held = (run: () => void) => () => {
  const c = selected.peek();
  if (c && mayDecide(c)) run();
};
const open = (name: DialogName) => () => {
  dialog.value = name;
};

shortcuts.value = [
  { keys: "j, ArrowDown", label: t("next"), run: () => step(1) },
  { keys: "k, ArrowUp", label: t("previous"), run: () => step(-1) },
  { keys: "/", label: t("search"), run: () => focus("search") },
  {
    keys: "c",
    label: t("claim"),
    run: () => {
      const c = selected.peek();
      if (c && !isMine(c) && (c.owner !== "human" || supervises)) void claim(c);
    },
  },
  { keys: "r", label: t("reply"), run: write("reply") },
  { keys: "n", label: t("note"), run: write("note") },
  { keys: "t", label: t("transfer"), run: held(open("transfer")) },
  { keys: "b", label: t("return"), run: held(() => void actions.return(selected.peek()!)) },
  { keys: "e", label: t("close"), run: held(open("close")) },
  {
    keys: "d",
    label: t("details"),
    run: () => {
      detailsOpen.value = !detailsOpen.value;
    },
  },
  { keys: "g q", label: t("goQueue"), run: () => go("queue") },
  { keys: "g m", label: t("goMine"), run: () => go("mine") },
  { keys: "?", label: t("shortcuts"), run: open("help") },
];

listen();
start();
render(<Page />, document.getElementById("app")!);
