/** The open conversation: who she is, what one may do, what was said, where one writes. */
import { exactUntil } from "@kit/time";
import { Avatar, Button, Empty, Icon, IconButton, Skeleton } from "@kit/ui";
import { useSignal } from "@preact/signals";
import {
  ArrowLeft,
  ArrowRightLeft,
  CircleCheck,
  MessageCircleOff,
  MessagesSquare,
  PanelRight,
  Paperclip,
  RotateCcw,
  Undo2,
  UserRoundCheck,
} from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { attach } from "./attachments";
import { WindowChip, windowLeft } from "./clocks";
import { Composer } from "./composer";
import type { Conversation } from "./contract";
import { Details } from "./details";
import { claim, OwnerChip } from "./owner";
import { go, place } from "./place";
import { acting, actions, isMine, selected, standing, supervises } from "./store";
import { t } from "./texts";
import { nameOf, phone } from "./person";
import { Timeline } from "./timeline";
import { detailsOpen, dialog, focus, mode, quoting } from "./view";

export function ConversationPane() {
  const c = selected.value;
  if (!c) return <Nothing />;
  return <Open key={c.id} c={c} />;
}

function Nothing() {
  const { id } = place.value;
  const { state } = standing.value;
  return (
    <section class="conversation none" id="conversation" tabIndex={-1} aria-label={t("inbox")}>
      {id && <BackButton />}
      {!id ? (
        <Empty icon={MessagesSquare} title={t("empty.choose")}>
          <p>{t("empty.choose.more")}</p>
        </Empty>
      ) : state === "loading" ? (
        <Skeleton rows={8} />
      ) : (
        <Empty icon={MessageCircleOff} title={t(state === "gone" ? "gone" : "failed")}>
          <p>{t(state === "gone" ? "goneMore" : "unreachable")}</p>
        </Empty>
      )}
    </section>
  );
}

const BackButton = () => (
  <IconButton
    class="back"
    icon={ArrowLeft}
    label={t("back")}
    onClick={() => go(place.value.view)}
  />
);

function Open({ c }: { c: Conversation }) {
  const title = useRef<HTMLHeadingElement>(null);
  const over = useSignal(false);
  const droppable = isMine(c) && windowLeft(c) > 0;
  useEffect(() => {
    mode.value = "reply";
    quoting.value = null;
    if (matchMedia("(max-width: 599px)").matches) title.current?.focus();
  }, []);
  useEffect(() => exactUntil(c.windowEndsAt), [c.windowEndsAt]);
  const covered = detailsOpen.value && !matchMedia("(min-width: 1280px)").matches;

  return (
    <>
      <section
        class="conversation"
        id="conversation"
        tabIndex={-1}
        aria-label={nameOf(c)}
        inert={covered}
        onDragOver={(event) => {
          if (!droppable || !event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          over.value = true;
        }}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) over.value = false;
        }}
        onDrop={(event) => {
          over.value = false;
          if (!droppable || !event.dataTransfer?.files.length) return;
          event.preventDefault();
          attach(c.id, event.dataTransfer.files);
          focus("composer");
        }}
      >
        <header>
          <BackButton />
          <Avatar name={c.contact.name} id={c.contact.id} size={36} />
          <div class="grow who">
            <h2 class="truncate" ref={title} tabIndex={-1}>
              {nameOf(c)}
            </h2>
            <p class="num truncate">{phone(c)}</p>
          </div>
          <div class="chips">
            {c.owner !== "closed" && <WindowChip c={c} />}
            <OwnerChip c={c} />
          </div>
          <Actions c={c} />
          <IconButton
            class="details-button"
            icon={PanelRight}
            label={t("details")}
            hint="d"
            aria-pressed={detailsOpen.value}
            onClick={() => {
              detailsOpen.value = !detailsOpen.value;
            }}
          />
        </header>
        <Timeline c={c} />
        <Composer c={c} />
        {over.value && (
          <div class="drop-here" aria-hidden="true">
            <Icon icon={Paperclip} size={28} />
            {t("dropHere", { name: c.contact.name })}
          </div>
        )}
      </section>
      {detailsOpen.value && <Details c={c} />}
    </>
  );
}

/** What one may do with it. The server has the last word; these are the ways that it allows. */
function Actions({ c }: { c: Conversation }) {
  const mine = isMine(c);
  const others = c.owner === "human" && !mine;
  const hold = mine || (supervises && (others || c.owner === "queue"));
  return (
    <div class="actions">
      {(mine || (supervises && others)) && (
        <Button
          class="secondary"
          icon={Undo2}
          hint="b"
          title={t("return")}
          aria-label={t("return")}
          busy={acting.value === "return"}
          onClick={() => void actions.return(c)}
        >
          {t("return")}
        </Button>
      )}
      {hold && (
        <Button
          class="secondary"
          icon={ArrowRightLeft}
          hint="t"
          title={t("transfer")}
          aria-label={t("transfer")}
          aria-haspopup="dialog"
          busy={acting.value === "transfer"}
          onClick={() => {
            dialog.value = "transfer";
          }}
        >
          {t("transfer")}
        </Button>
      )}
      {hold && (
        <Button
          icon={CircleCheck}
          class={mine ? "" : "secondary"}
          hint="e"
          title={t("close")}
          aria-label={t("close")}
          aria-haspopup="dialog"
          busy={acting.value === "close"}
          onClick={() => {
            dialog.value = "close";
          }}
        >
          {t("close")}
        </Button>
      )}
      <Claim c={c} />
    </div>
  );
}

function Claim({ c }: { c: Conversation }) {
  if (isMine(c)) return null;
  if (c.owner === "closed") {
    return (
      <Button
        icon={RotateCcw}
        hint="c"
        busy={acting.value === "reopen"}
        onClick={() => void claim(c)}
      >
        {t("reopen")}
      </Button>
    );
  }
  if (c.owner === "human" && !supervises) return null;
  return (
    <Button
      kind={c.owner === "queue" ? "primary" : "plain"}
      icon={UserRoundCheck}
      hint="c"
      busy={acting.value === "claim"}
      onClick={() => void claim(c)}
    >
      {t("claim")}
    </Button>
  );
}
