/**
 * Where one writes: a reply while the window is open, a template when it is closed, a note always.
 * What was begun is kept whatever happens, and the person is told when she can no longer send it.
 */
import { boot } from "@kit/boot";
import { announce, Button, Icon, IconButton } from "@kit/ui";
import {
  ArrowRightLeft,
  FileText,
  LayoutTemplate,
  Lock,
  Paperclip,
  RotateCcw,
  RotateCw,
  SendHorizontal,
  StickyNote,
  TimerOff,
  UserRoundCheck,
  X,
  Zap,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import {
  attach,
  attachedTo,
  detach,
  sendAttached,
  uploadAgain,
  type Attached,
} from "./attachments";
import { windowLeft } from "./clocks";
import type { Conversation } from "./contract";
import { draft, keepDraft } from "./drafts";
import { Field } from "./field";
import { gist } from "./gist";
import { claim } from "./owner";
import { acting, isMine, jot, say, supervises, tellTyping, timeline } from "./store";
import { t } from "./texts";
import { dialog, focus, mode, quoting } from "./view";

export function Composer({ c }: { c: Conversation }) {
  const noting = mode.value === "note";
  const mine = isMine(c);
  const open = windowLeft(c) > 0;
  const writes = noting || (mine && open);
  useFarewell(c, noting, mine, open);

  return (
    <footer class={`composer ${noting ? "noting" : ""}`}>
      <div class="modes" role="group" aria-label={t("writingMode")}>
        <Mode kind="reply" hint="r">
          {t("reply")}
        </Mode>
        <Mode kind="note" hint="n">
          <Icon icon={StickyNote} size={14} />
          {t("note")}
        </Mode>
        <span class="hint">{writes ? t("sendHint") : ""}</span>
      </div>
      {writes ? (
        <Write key={mode.value} c={c} />
      ) : !mine ? (
        <NotMine c={c} />
      ) : (
        <WindowClosed c={c} />
      )}
    </footer>
  );
}

function Mode({
  kind,
  hint,
  children,
}: {
  kind: "reply" | "note";
  hint: string;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      aria-pressed={mode.value === kind}
      aria-keyshortcuts={hint.toUpperCase()}
      onClick={() => {
        mode.value = kind;
        focus("composer");
      }}
    >
      {children}
    </button>
  );
}

/**
 * The field goes away under the person's hands when the window closes or a colleague takes over:
 * say so, say that what she typed is kept, and give the focus to the way on.
 */
function useFarewell(c: Conversation, noting: boolean, mine: boolean, open: boolean) {
  const could = useRef(mine && open);
  const had = useRef(false);
  // Before the field is taken out of the page: whether it has the focus.
  had.current = document.activeElement?.id === "composer";
  useLayoutEffect(() => {
    const can = mine && open;
    if (could.current === can) return;
    could.current = can;
    if (noting) return;
    if (can) {
      announce(t("windowOpenAgain", { name: c.contact.name }));
      return;
    }
    const kept = draft(c.id, "reply") ? ` ${t("draftKept")}` : "";
    const why = mine
      ? t("windowClosedLong")
      : t("taken", { who: c.assignee?.name ?? t("someone") });
    announce(`${why}.${kept}`);
    if (had.current) focus("way-on");
  }, [mine, open]);
}

const Kept = ({ c }: { c: Conversation }) => {
  const text = draft(c.id, "reply");
  if (!text) return null;
  return (
    <span class="kept">
      {t("draftKept")} <q dir="auto">{text.length > 140 ? `${text.slice(0, 140)}…` : text}</q>
    </span>
  );
};

function NotMine({ c }: { c: Conversation }) {
  const who = c.assignee?.name ?? t("someone");
  const words = {
    queue: t("claimFromQueue"),
    bot: t("claimFromBot"),
    closed: t("claimFromClosed"),
    standby: t("claimFromStandby"),
    human: t(supervises ? "claimFromAgent" : "withAgent", { who }),
  }[c.owner];
  const can = c.owner !== "human" || supervises;
  const closed = c.owner === "closed";
  const busy = acting.value === "claim" || acting.value === "reopen";
  return (
    <div class="locked">
      <Icon icon={Lock} />
      <p class="grow">
        {words}
        <Kept c={c} />
      </p>
      {can && (
        <Button
          id="way-on"
          kind={c.owner === "queue" ? "primary" : "plain"}
          icon={closed ? RotateCcw : c.owner === "human" ? ArrowRightLeft : UserRoundCheck}
          busy={busy}
          onClick={() => void claim(c)}
        >
          {t(closed ? "reopen" : "claim")}
        </Button>
      )}
    </div>
  );
}

const WindowClosed = ({ c }: { c: Conversation }) => (
  <div class="locked window">
    <Icon icon={TimerOff} size={20} />
    <p class="grow">
      <strong>{t("windowClosedLong")}</strong>
      <span>{t("windowClosedWhy")}</span>
      <Kept c={c} />
    </p>
    <Button
      id="way-on"
      kind="primary"
      icon={LayoutTemplate}
      aria-haspopup="dialog"
      onClick={() => {
        dialog.value = "templates";
      }}
    >
      {t("chooseTemplate")}
    </Button>
  </div>
);

function Write({ c }: { c: Conversation }) {
  const noting = mode.value === "note";
  const kind = noting ? "note" : "reply";
  const text = draft(c.id, kind);
  const chooser = useRef<HTMLInputElement>(null);
  const files = noting ? [] : attachedTo(c.id);
  const sending = files.some((a) => !a.upload && !a.problem);
  const refused = files.some((a) => a.problem);
  const ready = !sending && !refused && (text.trim() !== "" || files.length > 0);
  const quoted = noting ? undefined : timeline.value?.find((m) => m.id === quoting.value);

  useEffect(() => {
    if (!quoted) quoting.value = null;
  }, [quoted]);

  const send = () => {
    if (!ready) return;
    const words = text.trim();
    if (noting) jot(c.id, words);
    else if (files.length) sendAttached(c.id, words);
    else say(c.id, words, quoting.value);
    keepDraft(c.id, kind, "");
    quoting.value = null;
    if (noting) mode.value = "reply";
    focus("composer");
  };

  return (
    <form
      class="write"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {quoted && (
        <div class="replying">
          <div class="quote" role="group" aria-label={t("replyToThis")}>
            <b>{quoted.from === "customer" ? c.contact.name : (quoted.author ?? t("bot"))}</b>
            <span>{gist(quoted)}</span>
          </div>
          <IconButton
            icon={X}
            label={t("stopQuoting")}
            onClick={() => {
              quoting.value = null;
              focus("composer");
            }}
          />
        </div>
      )}
      {files.length > 0 && (
        <ul class="files" aria-label={t("attachments")}>
          {files.map((one) => (
            <File key={one.id} one={one} />
          ))}
        </ul>
      )}
      <Field
        label={noting ? t("notePlaceholder") : t("replyTo", { name: c.contact.name })}
        placeholder={
          noting ? t("notePlaceholder") : t("replyTo", { name: c.contact.name.split(" ")[0]! })
        }
        value={text}
        offers={!noting}
        filled={(canned) => filled(canned, c)}
        onValue={(value) => {
          keepDraft(c.id, kind, value);
          if (!noting && value) tellTyping(c.id);
        }}
        onSend={send}
        onFiles={noting ? undefined : (dropped) => attach(c.id, dropped)}
        onLeave={() => {
          quoting.value = null;
        }}
      />
      <div class="tools">
        {!noting && (
          <>
            <IconButton
              icon={Paperclip}
              label={t("attach")}
              onClick={() => chooser.current!.click()}
            />
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              aria-label={t("attach")}
              onChange={(event) => {
                if (event.currentTarget.files) attach(c.id, event.currentTarget.files);
                event.currentTarget.value = "";
                focus("composer");
              }}
            />
            <IconButton
              icon={Zap}
              label={t("canned")}
              title={`${t("canned")} (/)`}
              onClick={() => {
                keepDraft(c.id, kind, text && !/\s$/.test(text) ? `${text} /` : `${text}/`);
                focus("composer");
              }}
            />
            <IconButton
              icon={LayoutTemplate}
              label={t("templates")}
              aria-haspopup="dialog"
              onClick={() => {
                dialog.value = "templates";
              }}
            />
          </>
        )}
        <span class="grow" />
        <Button
          type="submit"
          kind="primary"
          icon={noting ? StickyNote : SendHorizontal}
          aria-disabled={!ready}
        >
          {noting ? t("saveNote") : t("send")}
        </Button>
      </div>
    </form>
  );
}

/** A canned reply may greet her, and say who writes and for which team. */
const filled = (text: string, c: Conversation) =>
  text
    .replaceAll("{name}", c.contact.name.split(" ")[0] ?? "")
    .replaceAll("{agent}", boot.user.name)
    .replaceAll("{team}", c.team);

function File({ one }: { one: Attached }) {
  const { id, file, share, problem, picture, upload, again } = one;
  const percent = Math.round(share * 100);
  return (
    <li class={problem ? "refused" : ""}>
      {picture ? <img src={picture} alt="" /> : <Icon icon={FileText} size={20} />}
      <span class="grow">
        <b class="truncate">{file.name}</b>
        {problem ? (
          <small role="alert">{problem}</small>
        ) : upload ? (
          <small>{t("ready")}</small>
        ) : (
          <progress max={100} value={percent} aria-label={t("uploading", { name: file.name })} />
        )}
      </span>
      {problem && again && (
        <IconButton icon={RotateCw} size={16} label={t("again")} onClick={() => uploadAgain(one)} />
      )}
      <IconButton
        icon={X}
        size={16}
        label={t("detach", { name: file.name })}
        onClick={() => {
          detach(id);
          focus("composer");
        }}
      />
    </li>
  );
}
