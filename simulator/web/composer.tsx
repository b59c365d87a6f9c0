/** Where a customer writes. Enter sends, Shift+Enter breaks the line; a draft outlives the page. */
import { Menu, MenuItem } from "@kit/menu";
import { IconButton } from "@kit/ui";
import {
  CirclePlay,
  FileText,
  Image,
  MapPin,
  Mic,
  Plus,
  SendHorizontal,
  Sticker,
  UserRound,
  X,
} from "lucide";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import type { Attach } from "./attach";
import type { Customer, Message } from "./contract";
import { gist } from "./gist";
import { business, draft, keepDraft, summoned, takeSummons } from "./store";
import { t } from "./texts";

interface Props {
  c: Customer;
  field: RefObject<HTMLTextAreaElement | null>;
  replyTo: Message | null;
  onStopReplying: () => void;
  onSend: (text: string) => void;
  onAttach: (attach: Attach) => void;
  onUp: () => void;
}

const attachments = [
  { kind: "image", icon: Image },
  { kind: "video", icon: CirclePlay },
  { kind: "audio", icon: Mic },
  { kind: "document", icon: FileText },
  { kind: "sticker", icon: Sticker },
  { kind: "location", icon: MapPin },
  { kind: "contacts", icon: UserRound },
] as const;

export function Composer(props: Props) {
  const { c, field, replyTo, onStopReplying } = props;

  useLayoutEffect(() => {
    field.current!.value = draft(c.id);
    grow(field.current!);
  }, [c.id]);
  useEffect(() => {
    if (takeSummons(c.id)) field.current!.focus();
  }, [summoned.value]);

  const submit = () => {
    const node = field.current!;
    const text = node.value.trim();
    node.focus();
    if (!text) return;
    props.onSend(text);
    node.value = "";
    keepDraft(c.id, "");
    grow(node);
  };
  const typed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && replyTo) onStopReplying();
    else if (event.key === "ArrowUp" && !field.current!.value) {
      event.preventDefault();
      props.onUp();
    }
  };

  return (
    <form
      class="wa-write"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {replyTo && <Replying to={replyTo} onStop={onStopReplying} />}
      <div class="wa-line">
        <Menu icon={Plus} label={t("attach")} size={22}>
          {attachments.map(({ kind, icon }) => (
            <MenuItem
              key={kind}
              icon={icon}
              onChoose={() => props.onAttach({ kind, ...(replyTo ? { replyTo: replyTo.id } : {}) })}
            >
              {t(`attach.${kind}`)}
            </MenuItem>
          ))}
        </Menu>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterkeyhint="send"
          placeholder={t("placeholder")}
          aria-label={t("writingAs", { name: c.name })}
          onKeyDown={typed}
          onInput={(event) => {
            keepDraft(c.id, event.currentTarget.value);
            grow(event.currentTarget);
          }}
          onPaste={(event) => {
            const file = event.clipboardData?.files[0];
            if (!file) return;
            event.preventDefault();
            props.onAttach({ file });
          }}
        />
        <IconButton
          type="submit"
          class="wa-send"
          icon={SendHorizontal}
          label={t("sendAs", { name: c.name })}
          size={20}
        />
      </div>
    </form>
  );
}

function Replying({ to, onStop }: { to: Message; onStop: () => void }) {
  const name = to.side === "out" ? t("you") : business.name;
  return (
    <div class="wa-replying">
      <div class={`quote ${to.side}`} aria-label={t("replyingTo", { name })} role="group">
        <b>{name}</b>
        <span>{gist(to)}</span>
      </div>
      <IconButton icon={X} label={t("stopReplying")} onClick={onStop} />
    </div>
  );
}

function grow(node: HTMLTextAreaElement) {
  node.style.height = "auto";
  node.style.height = `${node.scrollHeight}px`;
}
