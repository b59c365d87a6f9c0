/** One message: who said it, what it holds, what became of it. */
import { boot } from "@kit/boot";
import { MediaBubble } from "@kit/media";
import { Menu, MenuItem } from "@kit/menu";
import { full, time } from "@kit/time";
import { Avatar, Icon, type IconNode } from "@kit/ui";
import { Link, formatted } from "@kit/whatsapp";
import {
  Ban,
  Bot,
  Check,
  CheckCheck,
  ChevronDown,
  CircleAlert,
  ClipboardList,
  Clock,
  Copy,
  CornerDownRight,
  ExternalLink,
  LayoutTemplate,
  MapPin,
  Megaphone,
  PencilLine,
  Reply,
  RotateCw,
  ShoppingBag,
  StickyNote,
  Trash2,
} from "lucide";
import type { ComponentChildren } from "preact";
import type { Conversation, Message, Tick } from "./contract";
import { gist } from "./gist";
import { pending } from "./outbox";
import { failure } from "./refusals";
import { discard, isMine, takeBack, tryAgain } from "./store";
import { has, t } from "./texts";
import { focus, mode, quoting } from "./view";

interface Props {
  m: Message;
  c: Conversation;
  joined: boolean; // belongs to the one above: no name again
  quoted: Message | undefined;
  last: boolean; // the one stop for Tab among the messages' menus
  onQuoted: (id: string) => void;
}

export function Bubble(props: Props) {
  const { m, joined } = props;
  if (m.from === "event") return <Happening m={m} />;
  const bare = m.media?.kind === "sticker" && !m.revoked ? "bare" : "";
  return (
    <li
      class={`bubble ${m.from} ${joined ? "joined" : ""} ${bare} ${m.tick === "failed" ? "failed" : ""}`}
      data-message={m.id}
    >
      {!joined && <Author m={m} />}
      <div class="text">
        {m.replyTo && <Quote {...props} />}
        {m.kind === "template" && (
          <span class="marked">
            <Icon icon={LayoutTemplate} size={12} />
            {t("kind.template")}
          </span>
        )}
        <Content {...props} />
        <Foot m={m} />
        {!m.revoked && m.from !== "note" && m.tick !== "queued" && <More {...props} />}
      </div>
      <Choices m={m} />
      {m.reaction && (
        <span class="reaction" role="img" aria-label={t("reacted", { emoji: m.reaction })}>
          {m.reaction}
        </span>
      )}
      {m.tick === "failed" && <Failed m={m} />}
    </li>
  );
}

/** Something that was done: a sentence in the middle. */
function Happening({ m }: { m: Message }) {
  const known = (m.to && has(`event.${m.event}.to`)) || has(`event.${m.event}`);
  const by = has(`by.${m.author}`);
  const clock = has(`clock.${m.to}`);
  const values = {
    author: by ? t(by) : m.author || t("someone"),
    to: clock ? t(clock) : (m.to ?? ""),
  };
  return (
    <li class="event">
      <span>{known ? t(known, values) : m.text || m.event}</span>
      <time dateTime={new Date(m.at).toISOString()} title={full(m.at)}>
        {time(m.at)}
      </time>
    </li>
  );
}

const marks: Partial<Record<Message["from"], IconNode>> = {
  bot: Bot,
  campaign: Megaphone,
  note: StickyNote,
};

function Author({ m }: { m: Message }) {
  if (m.from === "customer") return null;
  const name = {
    bot: t("bot"),
    campaign: t("campaign"),
    agent: m.author ?? t("team"),
    note: [t("note"), m.author].filter(Boolean).join(" · "),
    event: "",
  }[m.from];
  const mark = marks[m.from];
  return (
    <span class="author">
      {mark && <Icon icon={mark} size={13} />}
      {name}
    </span>
  );
}

function Quote({ m, c, quoted, onQuoted }: Props) {
  if (!quoted) return <span class="quote">{t("quotedGone")}</span>;
  const name = quoted.from === "customer" ? c.contact.name : (quoted.author ?? t("bot"));
  return (
    <button
      type="button"
      class="quote"
      aria-label={`${t("quoted", { name })}: ${gist(quoted)}`}
      onClick={() => onQuoted(m.replyTo!)}
    >
      <b>{name}</b> <span>{gist(quoted)}</span>
    </button>
  );
}

const words = (text: string) => text && <p dir="auto">{formatted(text)}</p>;

function Content({ m, c }: Props): ComponentChildren {
  if (m.revoked) return <Aside icon={Ban}>{t("revoked")}</Aside>;
  switch (m.kind) {
    case "media":
      return (
        <>
          {m.media && (
            <MediaBubble
              file={{
                ...m.media,
                url: m.tick === "queued" && pendingHas(m.id) ? null : address(c.id, m.id),
              }}
              text={m.text}
            />
          )}
          {words(m.text)}
        </>
      );
    case "location":
      return m.location ? <Place {...m.location} /> : words(m.text);
    case "contacts":
      return m.contacts?.length ? <People contacts={m.contacts} /> : words(m.text);
    case "choice":
      return (
        <p dir="auto" class="choice">
          <Icon icon={CornerDownRight} size={14} />
          <span class="sr">{t("chose")} </span>
          <span>{formatted(m.text)}</span>
        </p>
      );
    case "order":
      return <Aside icon={ShoppingBag}>{m.text || t("kind.order")}</Aside>;
    case "form":
      return <Aside icon={ClipboardList}>{m.text || t("kind.form")}</Aside>;
    case "unsupported":
      return (
        <Aside icon={Ban}>
          {t("kind.unsupported")}
          {m.text && ` (${m.text})`}
        </Aside>
      );
    case "template":
      return (
        <>
          {m.media && <MediaBubble file={{ ...m.media, url: address(c.id, m.id) }} text={m.text} />}
          {words(m.text)}
        </>
      );
    case "text":
    case "buttons":
    case "list":
    case "link":
    case "event":
      return words(m.text);
  }
}

const pendingHas = (id: string) => pending.value.some((p) => p.id === id);
const address = (conversation: string, message: string) =>
  `${boot.base}api/conversations/${encodeURIComponent(conversation)}/media/${encodeURIComponent(message)}`;

const Aside = ({ icon, children }: { icon: IconNode; children: ComponentChildren }) => (
  <p class="aside" dir="auto">
    <Icon icon={icon} size={14} />
    <span>{children}</span>
  </p>
);

function Place({ latitude, longitude, name, address: street }: NonNullable<Message["location"]>) {
  const figures = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <span class="card-line">
      <Icon icon={MapPin} size={22} />
      <span class="grow">
        <b>{name || figures}</b>
        {street && <small>{street}</small>}
        <Link href={map}>{t("map")}</Link>
      </span>
    </span>
  );
}

const People = ({ contacts }: { contacts: NonNullable<Message["contacts"]> }) => (
  <ul class="people">
    {contacts.map((card, i) => (
      <li key={i} class="card-line">
        <Avatar name={card.name} id={card.phone ?? card.name} size={32} />
        <span class="grow">
          <b>{card.name}</b>
          {card.phone && <small class="num">{card.phone}</small>}
        </span>
      </li>
    ))}
  </ul>
);

function Foot({ m }: { m: Message }) {
  return (
    <span class="foot num">
      {m.edited && (
        <span class="edited">
          <Icon icon={PencilLine} size={11} />
          {t("edited")}
        </span>
      )}
      <time dateTime={new Date(m.at).toISOString()} title={full(m.at)}>
        {time(m.at)}
      </time>
      {m.tick && m.from !== "customer" && m.from !== "note" && <Ticks tick={m.tick} />}
    </span>
  );
}

const ticks: Record<Tick, IconNode> = {
  queued: Clock,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
};
const Ticks = ({ tick }: { tick: Tick }) => (
  <span class={`tick ${tick}`} title={t(`tick.${tick}`)}>
    <Icon icon={ticks[tick]} size={14} />
    <span class="sr">{t(`tick.${tick}`)}</span>
  </span>
);

/** What she can tap below the text; here it is only to be seen. */
function Choices({ m }: { m: Message }) {
  if (!m.options?.length) return null;
  return (
    <ul class="choices" aria-label={t("options")}>
      {m.options.map((title, i) => (
        <li key={i}>
          {m.url && i === 0 ? (
            <Link href={m.url}>
              <Icon icon={ExternalLink} size={12} />
              {title}
            </Link>
          ) : (
            title
          )}
        </li>
      ))}
    </ul>
  );
}

/** It did not reach her: why, and what one can do. Only what never left can be sent again. */
function Failed({ m }: { m: Message }) {
  const own = pending.value.find((p) => p.id === m.id);
  return (
    <p class="why" role="group" aria-label={t("tick.failed")}>
      <span>{t("notSent", { reason: own?.refused ?? failure(m.reason) })}</span>
      {own && (
        <span class="ways">
          <button type="button" onClick={() => tryAgain(m.id)}>
            <Icon icon={RotateCw} size={13} />
            {t("again")}
          </button>
          {own.reply.kind === "text" && (
            <button
              type="button"
              onClick={() => {
                mode.value = own.note ? "note" : "reply";
                takeBack(m.id);
                focus("composer");
              }}
            >
              <Icon icon={PencilLine} size={13} />
              {t("edit")}
            </button>
          )}
          <button type="button" onClick={() => discard(m.id)}>
            <Icon icon={Trash2} size={13} />
            {t("discard")}
          </button>
        </span>
      )}
    </p>
  );
}

function More({ m, c, last }: Props) {
  const neighbour = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    const own = event.currentTarget as HTMLElement;
    const all = [...own.closest("ol")!.querySelectorAll<HTMLElement>(".more")];
    event.preventDefault();
    event.stopPropagation();
    all[all.indexOf(own) + by]?.focus();
  };
  return (
    <Menu
      icon={ChevronDown}
      size={16}
      label={t("more", { text: gist(m).slice(0, 60) })}
      class="more"
      tabIndex={last ? 0 : -1}
      onKeyDown={neighbour}
    >
      {isMine(c) && (
        <MenuItem
          icon={Reply}
          onChoose={() => {
            mode.value = "reply";
            quoting.value = m.id;
            focus("composer");
          }}
        >
          {t("replyToThis")}
        </MenuItem>
      )}
      <MenuItem icon={Copy} onChoose={() => void navigator.clipboard.writeText(gist(m))}>
        {t("copy")}
      </MenuItem>
    </Menu>
  );
}
