/** Conversations: who talked, what was said, found by words or by meaning; each opens as a replay. */
import { number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { Avatar, Badge, Button, Icon } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { Bot, Megaphone, MessagesSquare, Search, SearchX, UserRound, Wrench } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { useAnswer } from "./answers";
import type { Author, Talk, Talks } from "./contract";
import { Answered, Fate, Nothing, When, count, whom } from "./parts";
import { ask, file, href, place, question } from "./place";
import { ReplayPage } from "./replay";
import { first } from "./store";
import { type Key, t } from "./texts";

const AUTHORS: Author[] = ["customer", "bot", "agent", "campaign"];
const OUTCOMES = ["waiting", "open", "handed_off", "completed", "talked"] as const;
const PAUSE = 300; // ms without a keystroke before the search is asked

export default function Conversations() {
  return place.value.open ? <ReplayPage contact={place.value.open} /> : <List />;
}

function List() {
  const { query } = place.value;
  const asked = {
    q: query.get("q") ?? "",
    by: query.get("q") ? (query.get("by") ?? "") : "",
    author: query.get("author") ?? "",
    intent: query.get("intent") ?? "",
    kind: query.get("q") ? "" : (query.get("kind") ?? ""),
    before: query.get("before") ?? "",
  };
  const answer = useAnswer<Talks>(question("conversations", asked));
  return (
    <>
      <Filters intents={answer.data?.intents ?? []} />
      <Answered answer={answer}>
        {({ items, next }) => (
          <DataTable
            key={asked.q ? "found" : "talked"}
            title={t(asked.q ? (asked.by ? "nearest" : "found") : "section.conversations")}
            rows={items}
            keyOf={(talk) => talk.message ?? talk.contact}
            columns={asked.q ? found(asked.by === "meaning") : TALKED}
            csv={file("conversations", asked.q ? "found" : "conversations", asked)}
            empty={
              asked.q || asked.author || asked.intent || asked.kind ? (
                <Nothing icon={SearchX} title={t("noMatch")}>
                  {t("noMatchMore")}
                </Nothing>
              ) : (
                <Nothing icon={MessagesSquare} title={t("talks.none")}>
                  {t("talks.noneMore")}
                </Nothing>
              )
            }
            foot={
              (next || asked.before) && (
                <>
                  {asked.before && (
                    <Button small onClick={() => ask({ before: undefined }, "push")}>
                      {t("newest")}
                    </Button>
                  )}
                  {next && (
                    <Button small onClick={() => ask({ before: String(next) }, "push")}>
                      {t("older")}
                    </Button>
                  )}
                </>
              )
            }
          />
        )}
      </Answered>
    </>
  );
}

function Filters({ intents }: { intents: string[] }) {
  const { query } = place.value;
  const q = query.get("q") ?? "";
  const text = useSignal(q);
  const timer = useRef(0);
  useEffect(() => {
    text.value = q; // the address may change elsewhere: back, a link
  }, [q]);
  const search = (value: string) => {
    clearTimeout(timer.current);
    ask({ q: value.trim() || undefined, before: undefined });
  };
  return (
    <search class="filters">
      <form
        class="grow"
        onSubmit={(event) => {
          event.preventDefault();
          search(text.value);
        }}
      >
        <label class="search">
          <Icon icon={Search} />
          <input
            class="field"
            type="search"
            placeholder={t("search")}
            aria-label={t("search")}
            maxLength={200}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              clearTimeout(timer.current);
              timer.current = window.setTimeout(() => search(text.value), PAUSE);
            }}
          />
        </label>
      </form>
      {first.meaning && (
        <div class="pills" role="group" aria-label={t("searchBy")}>
          {(["", "meaning"] as const).map((by) => (
            <button
              key={by}
              type="button"
              aria-pressed={(query.get("by") ?? "") === by}
              onClick={() => ask({ by: by || undefined, before: undefined })}
            >
              {t(by ? "by.meaning" : "by.words")}
            </button>
          ))}
        </div>
      )}
      <Choice
        name="author"
        label={t("col.author")}
        all={t("anyAuthor")}
        values={AUTHORS.map((author) => [author, t(`author.${author}`)])}
      />
      <Choice
        name="intent"
        label={t("col.intent")}
        all={t("anyIntent")}
        values={intents.map((intent) => [intent, intent])}
      />
      {!q && (
        <Choice
          name="kind"
          label={t("col.outcome")}
          all={t("anyOutcome")}
          values={OUTCOMES.map((outcome) => [outcome, t(`outcome.${outcome}`)])}
        />
      )}
    </search>
  );
}

function Choice({
  name,
  label,
  all,
  values,
}: {
  name: string;
  label: string;
  all: string;
  values: [string, string][];
}) {
  const chosen = place.value.query.get(name) ?? "";
  const known = values.some(([value]) => value === chosen) || !chosen;
  return (
    <label class="choice-field">
      <span class="sr">{label}</span>
      <select
        class="field"
        value={chosen}
        onChange={(event) => ask({ [name]: event.currentTarget.value, before: undefined })}
      >
        <option value="">{all}</option>
        {!known && <option value={chosen}>{chosen}</option>}
        {values.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

const WHO: Record<Author, typeof Bot> = {
  customer: UserRound,
  bot: Bot,
  agent: UserRound,
  campaign: Megaphone,
  platform: Wrench,
};

const who: Column<Talk> = {
  id: "contact",
  title: t("col.contact"),
  class: "person",
  sort: (talk) => whom(talk.name, talk.phone, talk.contact),
  cell: (talk) => (
    <span class="choice">
      <Avatar name={whom(talk.name, talk.phone, talk.contact)} id={talk.contact} size={28} />
      <span class="grow">
        <a
          class="truncate"
          href={href("conversations", talk.contact, talk.message ? { until: talk.at } : {})}
        >
          {whom(talk.name, talk.phone, talk.contact)}
        </a>
        <small class="num">{talk.phone ? `+${talk.phone}` : talk.contact}</small>
      </span>
    </span>
  ),
};
const words: Column<Talk> = {
  id: "text",
  title: t("col.text"),
  class: "words",
  cell: (talk) => (
    <span class="said">
      <span class={`from ${talk.author}`} title={t(`author.${talk.author}` as Key)}>
        <Icon icon={WHO[talk.author] ?? Bot} size={14} />
        <span class="sr">{t(`author.${talk.author}` as Key)}: </span>
      </span>
      <span class="clamp">{talk.text || <i>{t("kind", { kind: talk.kind })}</i>}</span>
    </span>
  ),
};
const when: Column<Talk> = {
  id: "at",
  title: t("col.when"),
  numeric: true,
  sort: (talk) => talk.at,
  cell: (talk) => <When at={talk.at} />,
};

const TALKED: Column<Talk>[] = [
  who,
  words,
  {
    id: "outcome",
    title: t("col.outcome"),
    sort: (talk) => talk.outcome,
    cell: (talk) => <Fate outcome={talk.outcome ?? ""} />,
  },
  {
    id: "flow",
    title: t("col.flow"),
    sort: (talk) => talk.flow,
    cell: (talk) => (talk.flow ? <code>{talk.flow}</code> : <span class="zero">–</span>),
  },
  {
    id: "messages",
    title: t("col.messages"),
    numeric: true,
    sort: (talk) => talk.messages,
    cell: (talk) => count(talk.messages),
  },
  {
    id: "missed",
    title: t("col.missed"),
    hint: t("hint.missed"),
    numeric: true,
    sort: (talk) => talk.missed,
    cell: (talk) => (talk.missed ? <Badge tone="warn">{talk.missed}</Badge> : count(0)),
  },
  when,
];

const found = (near: boolean): Column<Talk>[] => [
  who,
  words,
  {
    id: "intent",
    title: t("col.intent"),
    sort: (talk) => talk.intent,
    cell: (talk) => (talk.intent ? <code>{talk.intent}</code> : <span class="zero">–</span>),
  },
  ...(near
    ? [
        {
          id: "score",
          title: t("col.nearness"),
          numeric: true,
          sort: (talk: Talk) => talk.score,
          cell: (talk: Talk) => (talk.score == null ? count(null) : number(talk.score, 2)),
        },
      ]
    : []),
  when,
];
