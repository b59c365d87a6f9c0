/** The conversations of a view: virtual, live, searchable. */
import { boot } from "@kit/boot";
import { number } from "@kit/i18n";
import { Menu, MenuItem } from "@kit/menu";
import { stamp } from "@kit/time";
import { Avatar, Badge, Empty, Failure, Icon, Skeleton } from "@kit/ui";
import { VirtualList } from "@kit/virtual";
import { effect } from "@preact/signals";
import {
  Bot,
  CornerUpLeft,
  Inbox,
  ListFilter,
  Megaphone,
  PencilLine,
  Search,
  SearchX,
  Users,
} from "lucide";
import { Due, WindowBadge } from "./clocks";
import type { Conversation } from "./contract";
import { draft } from "./drafts";
import { icons } from "./icons";
import { nameOf } from "./person";
import { go, href, place } from "./place";
import {
  aiming,
  list,
  listing,
  load,
  prefetch,
  query,
  selected,
  team,
  teams,
  total,
} from "./store";
import { t } from "./texts";

const ROW = 84; // px
const AIM = 1500; // ms
const TYPED = 180; // ms of silence before a search is asked

function Row({ c, first }: { c: Conversation; first: boolean }) {
  const { view, id } = place.value;
  const current = id === c.id;
  return (
    <a
      class={`row-c ${c.unread ? "unread" : ""}`}
      href={href(view, c.id)}
      aria-current={current ? "true" : undefined}
      tabIndex={current || first ? 0 : -1}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(view, c.id);
      }}
    >
      <Avatar name={c.contact.name} id={c.contact.id} size={38} />
      <span class="body">
        <span class="line">
          <strong class="truncate grow">{nameOf(c)}</strong>
          <time class="num" dateTime={new Date(c.lastAt).toISOString()}>
            {stamp(c.lastAt)}
          </time>
        </span>
        <span class="line">
          <Last c={c} />
          {c.unread > 0 && (
            <span class="dot num">
              <span aria-hidden="true">{c.unread > 99 ? "99+" : c.unread}</span>
              <span class="sr">{t("unread", { n: c.unread })}</span>
            </span>
          )}
        </span>
        <span class={`line meta ${isMixed() ? "compact" : ""}`}>
          <Due c={c} />
          <Holder c={c} />
          <WindowBadge c={c} />
          <span class="truncate">{[c.team, ...c.tags].filter(Boolean).join(" · ")}</span>
        </span>
      </span>
    </a>
  );
}

/** What was said last, or what this person has begun to say. */
function Last({ c }: { c: Conversation }) {
  const begun = draft(c.id, "reply");
  if (begun && place.value.id !== c.id) {
    return (
      <span class="last truncate grow">
        <span class="who draft">
          <Icon icon={PencilLine} size={13} />
          {t("draft")}:{" "}
        </span>
        {begun}
      </span>
    );
  }
  return (
    <span class="last truncate grow">
      <Speaker c={c} />
      {c.lastText || c.summary}
    </span>
  );
}

function Speaker({ c }: { c: Conversation }) {
  switch (c.lastFrom) {
    case "customer":
      return null;
    case "bot":
      return (
        <span class="who">
          <Icon icon={Bot} size={13} />
          {t("bot")}:{" "}
        </span>
      );
    case "campaign":
      return (
        <span class="who">
          <Icon icon={Megaphone} size={13} />
          {t("campaign")}:{" "}
        </span>
      );
    case "agent": {
      const mine = c.assignee?.id === boot.user.id;
      const name = mine ? t("you") : c.assignee?.name.split(" ")[0];
      return <span class="who">{name ? `${name}: ` : <Icon icon={CornerUpLeft} size={13} />}</span>;
    }
  }
}

const isMixed = () =>
  place.value.view === "open" || place.value.view === "all" || query.value !== "";

/** Where several owners stand in one list: who has this one. */
function Holder({ c }: { c: Conversation }) {
  if (!isMixed()) return null;
  if (c.owner !== "human") return <Badge>{t(`owner.${c.owner}`)}</Badge>;
  if (c.assignee?.id === boot.user.id) return <Badge tone="accent">{t("you")}</Badge>;
  return <Badge tone="info">{c.assignee?.name.split(" ")[0] ?? t("owner.human")}</Badge>;
}

let typed = 0;
let resting = 0;
function aim() {
  aiming.value = true;
  clearTimeout(resting);
  resting = window.setTimeout(() => {
    aiming.value = false;
  }, AIM);
}

export function List() {
  const items = list.value;
  const { view } = place.value;
  const q = query.value;
  const title = q ? t("results") : t(`view.${view}`);
  const count = t("count", { n: total.value, total: number(total.value) });
  return (
    <section
      class="list"
      aria-label={title}
      onPointerMove={aim}
      onPointerLeave={() => {
        aiming.value = false;
      }}
    >
      <header>
        <div class="grow">
          <h2>{title}</h2>
          <p class="quiet num" role="status">
            {team.value && <b>{team.value} · </b>}
            {listing.value === "loading" && !items.length ? t("loading") : count}
          </p>
        </div>
        <Filter />
      </header>
      <div class="search" role="search">
        <Icon icon={Search} />
        <input
          id="search"
          class="field"
          type="search"
          placeholder={t("search")}
          aria-label={t("search")}
          aria-keyshortcuts="/"
          defaultValue={q}
          onInput={(event) => {
            const value = event.currentTarget.value.trim();
            clearTimeout(typed);
            typed = window.setTimeout(() => {
              query.value = value;
            }, TYPED);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              clearTimeout(typed);
              event.currentTarget.value = "";
              query.value = "";
              event.currentTarget.blur();
            } else if (event.key === "ArrowDown") {
              event.preventDefault();
              step(1);
            } else if (event.key === "Enter") {
              clearTimeout(typed);
              query.value = event.currentTarget.value.trim();
              event.currentTarget.blur(); // the letters are shortcuts again
              openFirst();
            }
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <Rows items={items} title={title} />
    </section>
  );
}

/** Open the first result, as soon as it is there. */
function openFirst() {
  let done = false;
  const stop = effect(() => {
    if (done || listing.value === "loading") return;
    done = true;
    queueMicrotask(() => {
      stop();
      step(1);
    });
  });
}

function Rows({ items, title }: { items: Conversation[]; title: string }) {
  const q = query.value;
  const failed = listing.value === "failed";
  if (failed && !items.length) {
    return <Failure title={t("failed")} retry={() => void load()} again={t("again")} />;
  }
  if (!items.length) {
    if (listing.value === "loading") return <Skeleton rows={9} />;
    if (q) {
      return (
        <Empty icon={SearchX} title={t("empty.search", { q })}>
          <p>{t("empty.search.more")}</p>
        </Empty>
      );
    }
    const { view } = place.value;
    return (
      <Empty icon={icons[view] ?? Inbox} title={t(`empty.${view}`)}>
        <p>{t(`empty.${view}.more`)}</p>
      </Empty>
    );
  }
  const at = items.findIndex((c) => c.id === selected.value?.id);
  return (
    <VirtualList
      items={items}
      total={total.value}
      rowHeight={ROW}
      label={title}
      keyOf={(c) => c.id}
      selected={at}
      onNearEnd={() => {
        if (listing.peek() !== "failed") void load(true);
      }}
      after={
        failed && <Failure title={t("failed")} retry={() => void load(true)} again={t("again")} />
      }
    >
      {(c, i) => <Row c={c} first={at < 0 && i === 0} />}
    </VirtualList>
  );
}

/** Teams; on a narrow screen also the views that its bar has no room for. */
function Filter() {
  const { view } = place.value;
  return (
    <Menu icon={ListFilter} label={t("filter")} class={team.value ? "on" : ""}>
      <span class="narrow-only" role="presentation">
        {(["bot", "closed", "all"] as const).map((each) => (
          <MenuItem
            key={each}
            icon={icons[each]}
            checked={view === each}
            onChoose={() => go(view === each ? "open" : each)}
          >
            {t(`view.${each}`)}
          </MenuItem>
        ))}
        <hr />
      </span>
      <MenuItem
        icon={Users}
        checked={team.value === ""}
        onChoose={() => {
          team.value = "";
        }}
      >
        {t("allTeams")}
      </MenuItem>
      {teams.map((name) => (
        <MenuItem
          key={name}
          icon={Users}
          checked={team.value === name}
          onChoose={() => {
            team.value = name;
          }}
        >
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}

let stood = -1; // where the opened row stood, for when it has left the list

/** Open the next or the previous conversation; returns nothing when there is none. */
export function step(by: 1 | -1) {
  const items = list.peek();
  const { view, id } = place.peek();
  const at = items.findIndex((c) => c.id === id);
  const left = at < 0 && stood >= 0 ? (by > 0 ? stood : stood - 1) : at + by;
  const to = Math.min(items.length - 1, Math.max(0, at < 0 && stood < 0 ? 0 : left));
  const next = items[to];
  if (!next) return;
  stood = to;
  go(view, next.id, id !== null);
  const after = items[to + by];
  if (after) setTimeout(() => prefetch(after.id), 150);
}
