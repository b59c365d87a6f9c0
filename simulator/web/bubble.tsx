/** One message: what it holds, what one can tap, and what became of it. */
import { boot } from "@kit/boot";
import { Menu, MenuItem } from "@kit/menu";
import { full, time } from "@kit/time";
import { Button, Dialog, Icon } from "@kit/ui";
import { Link, formatted } from "@kit/whatsapp";
import { useSignal } from "@preact/signals";
import {
  Ban,
  Check,
  CheckCheck,
  ChevronDown,
  CircleAlert,
  Clock,
  Copy,
  ExternalLink,
  List,
  MapPin,
  Reply,
  RotateCw,
  ShoppingBag,
  Trash2,
} from "lucide";
import type { ComponentChildren } from "preact";
import { People, Place } from "./cards";
import type { Message, Section } from "./contract";
import { gist } from "./gist";
import { Film, Paper, Picture, Sound, Sticker } from "./media";
import { act, business, discard, tryAgain, type Shown } from "./store";
import { swipes } from "./swipe";
import { t } from "./texts";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"]; // the six that WhatsApp offers first

interface Props extends Shown {
  who: string;
  tail: boolean; // the first of a side's run points at its side
  quoted: Message | undefined;
  last: boolean; // the one stop for Tab among the messages' menus; arrows reach the others
  onReply: (message: Message) => void;
  onQuoted: (id: string) => void;
  onAskLocation: () => void;
}

export function Bubble(props: Props) {
  const { message, who, tail, waiting, refused } = props;
  const { side, kind, state } = message;
  const failed = refused !== undefined || state === "failed";
  const reply = () => props.onReply(message);
  const bare = kind === "sticker" ? "bare" : "";
  return (
    <li
      class={`wa ${side} ${tail ? "tail" : ""} ${bare} ${failed ? "failed" : ""}`}
      data-message={message.id}
      {...swipes(reply)}
    >
      <div class="wa-body">
        {message.quotes && <Quote {...props} />}
        <Header {...message} />
        <Content {...props} />
        {message.footer && <p class="wa-footer">{message.footer}</p>}
        <Foot {...props} />
        {!waiting && !refused && <More {...props} />}
      </div>
      <Choices message={message} who={who} onAskLocation={props.onAskLocation} />
      <Reactions message={message} />
      {state === "failed" && message.error && <p class="wa-error">{message.error}</p>}
      {refused && (
        <p class="wa-error">
          {t("refused", { reason: refused.refused! })}
          <Button small kind="quiet" icon={RotateCw} onClick={() => tryAgain(refused)}>
            {t("tryAgain")}
          </Button>
          <Button small kind="quiet" icon={Trash2} onClick={() => discard(refused)}>
            {t("discard")}
          </Button>
        </p>
      )}
    </li>
  );
}

function Quote({ message, quoted, onQuoted }: Props) {
  const name = quoted?.side === "out" ? t("you") : business.name;
  if (!quoted) return <span class="quote">{t("quotedGone")}</span>;
  return (
    <button
      type="button"
      class={`quote ${quoted.side}`}
      aria-label={`${t("quoted", { name })}: ${gist(quoted)}`}
      onClick={() => onQuoted(message.quotes!)}
    >
      <b>{name}</b> <span>{gist(quoted)}</span>
    </button>
  );
}

function Header({ header, text }: Message) {
  switch (header?.kind) {
    case undefined:
      return null;
    case "text":
      return <p class="wa-header">{formatted(header.text ?? "")}</p>;
    case "image":
      return <Picture media={header.media} text={text} />;
    case "video":
      return <Film media={header.media} text={text} />;
    case "document":
      return <Paper media={header.media} />;
  }
}

function Content({ message }: Props): ComponentChildren {
  const { kind, media, text, location, contacts } = message;
  const words = text && <p dir="auto">{formatted(text)}</p>;
  switch (kind) {
    case "image":
      return [<Picture key="it" media={media} text={text} />, words];
    case "video":
      return [<Film key="it" media={media} text={text} />, words];
    case "audio":
      return <Sound media={media} />;
    case "document":
      return [<Paper key="it" media={media} />, words];
    case "sticker":
      return <Sticker media={media} />;
    case "location":
      return location ? <Place location={location} /> : words;
    case "contacts":
      return <People contacts={contacts ?? []} />;
    case "order":
      return (
        <p class="wa-order" dir="auto">
          <Icon icon={ShoppingBag} size={18} /> {text || t("kind.order")}
        </p>
      );
    case "unsupported":
      return (
        <p class="wa-unsupported">
          <Icon icon={Ban} size={14} /> {text || t("kind.unsupported")}
        </p>
      );
    case "text":
    case "buttons":
    case "list":
    case "cta":
    case "template":
    case "location_request":
      return words;
  }
}

function Foot({ message, waiting, refused }: Props) {
  const { at, side } = message;
  return (
    <span class="wa-foot">
      <time dateTime={new Date(at).toISOString()} title={full(at)}>
        {time(at)}
      </time>
      {side === "out" && <Ticks state={refused ? "failed" : waiting ? "waiting" : message.state} />}
    </span>
  );
}

const tick = {
  waiting: Clock,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
};
const Ticks = ({ state }: { state: keyof typeof tick }) => (
  <span class={`ticks ${state}`} title={t(`state.${state}`)}>
    <Icon icon={tick[state]} size={15} />
    <span class="sr">{t(`state.${state}`)}</span>
  </span>
);

function More({ message, who, last, onReply }: Props) {
  const mine = message.reactions?.find((r) => r.side === "out")?.emoji;
  const react = (emoji: string) =>
    act(who, { kind: "reaction", messageId: message.id, emoji: emoji === mine ? "" : emoji });
  return (
    <Menu
      icon={ChevronDown}
      label={t("more", { text: gist(message).slice(0, 60) })}
      class="wa-more"
      tabIndex={last ? 0 : -1}
    >
      <span class="emojis" role="presentation">
        {EMOJI.map((emoji) => (
          <MenuItem
            key={emoji}
            label={t(emoji === mine ? "unreact" : "react", { emoji })}
            onChoose={() => react(emoji)}
          >
            <span class={emoji === mine ? "chosen" : ""}>{emoji}</span>
          </MenuItem>
        ))}
      </span>
      <MenuItem icon={Reply} onChoose={() => onReply(message)}>
        {t("reply")}
      </MenuItem>
      {message.text && (
        <MenuItem icon={Copy} onChoose={() => void navigator.clipboard.writeText(message.text)}>
          {t("copy")}
        </MenuItem>
      )}
    </Menu>
  );
}

/** What the customer can tap below the text: replies, a link, a list, a request for her place. */
function Choices({
  message,
  who,
  onAskLocation,
}: {
  message: Message;
  who: string;
  onAskLocation: () => void;
}) {
  const { id, kind, buttons, link, sections, button } = message;
  const answer = (text: string, buttonId: string) =>
    act(who, { kind: "button", text, buttonId, messageId: id });
  if (!buttons?.length && !link && !sections?.length && kind !== "location_request") return null;
  return (
    <div class={`wa-buttons ${kind === "template" ? "stacked" : ""}`}>
      {link && (
        <Link href={link.url}>
          <Icon icon={ExternalLink} size={15} />
          {link.title}
        </Link>
      )}
      {buttons?.map((b) => (
        <button key={b.id} type="button" onClick={() => answer(b.title, b.id)}>
          <Icon icon={Reply} size={15} />
          {b.title}
        </button>
      ))}
      {sections && sections.length > 0 && (
        <Options
          title={button ?? t("choose")}
          sections={sections}
          onChoose={(text, rowId) => act(who, { kind: "list", text, rowId, messageId: id })}
        />
      )}
      {kind === "location_request" && (
        <button type="button" aria-haspopup="dialog" onClick={onAskLocation}>
          <Icon icon={MapPin} size={15} />
          {t("sendLocation")}
        </button>
      )}
    </div>
  );
}

function Options({
  title,
  sections,
  onChoose,
}: {
  title: string;
  sections: Section[];
  onChoose: (text: string, rowId: string) => void;
}) {
  const open = useSignal(false);
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => {
          open.value = true;
        }}
      >
        <Icon icon={List} size={15} />
        {title}
      </button>
      {open.value && (
        <Dialog title={title} onClose={close}>
          <div class="options">
            {sections.map((section, n) => (
              <section key={n} aria-label={section.title || title}>
                {section.title && <h3>{section.title}</h3>}
                <ul>
                  {section.rows.map((row) => (
                    <li key={row.id}>
                      <button
                        type="button"
                        onClick={() => {
                          onChoose(row.title, row.id);
                          close();
                        }}
                      >
                        <span class="grow">
                          <b>{row.title}</b>
                          {row.description && <small>{row.description}</small>}
                        </span>
                        <i aria-hidden="true" />
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}

function Reactions({ message }: { message: Message }) {
  const all = message.reactions ?? [];
  if (!all.length) return null;
  const list = new Intl.ListFormat(boot.locale).format(
    all.map(({ side, emoji }) => `${emoji} ${side === "out" ? t("you") : business.name}`),
  );
  return (
    <span class="wa-reactions" role="img" aria-label={t("reactions", { list })}>
      {[...new Set(all.map((r) => r.emoji))].join("")}
      {all.length > 1 && <span class="num">{all.length}</span>}
    </span>
  );
}
