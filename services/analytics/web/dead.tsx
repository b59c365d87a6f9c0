/** Dead letters: why each was given up, what is in it, and its way back. Nothing here is optimistic. */
import { Problem, post } from "@kit/api";
import { boot } from "@kit/boot";
import { Json } from "@kit/json";
import { type Column, DataTable } from "@kit/table";
import { Badge, Button, Dialog, Failure, Skeleton, toast } from "@kit/ui";
import { effect, signal } from "@preact/signals";
import { CircleCheck, ListChecks, RotateCcw, SearchX, Trash2 } from "lucide";
import { useEffect } from "preact/hooks";
import { forget, useAnswer } from "./answers";
import type { Letter, OpenedLetter, Outcome } from "./contract";
import { Answered, Nothing, When, bytes, count, said } from "./parts";
import { ask, go, href, place } from "./place";
import { dead } from "./store";
import { t, word } from "./texts";

const LIST = "api/dead";
const AT_ONCE = 500; // as the server takes

const chosen = signal<ReadonlySet<number>>(new Set());
const busy = signal<"" | "replay" | "drop">("");
const sure = signal<number[]>([]); // asked about before they are dropped
const rounds = signal(0);

export default function Dead() {
  const answer = useAnswer<{ items: Letter[]; limit: number }>(LIST);
  // Somebody else replayed one, or another came: the number in the rail has changed.
  useEffect(() => {
    let first = true;
    return effect(() => {
      void dead.value;
      void rounds.value;
      if (!first) answer.again();
      first = false;
    });
  }, []);
  const open = Number(place.value.open);
  return (
    <Answered answer={answer}>
      {({ items, limit }) => (
        <>
          <Letters items={items} limit={limit} />
          {open > 0 && <One number={open} />}
          {sure.value.length > 0 && <Sure numbers={sure.value} />}
        </>
      )}
    </Answered>
  );
}

function Letters({ items, limit }: { items: Letter[]; limit: number }) {
  const reason = place.value.query.get("reason") ?? "";
  const rows = reason ? items.filter((letter) => letter.reason === reason) : items;
  const numbers = rows.map((letter) => letter.number);
  const picked = numbers.filter((number) => chosen.value.has(number)).slice(0, AT_ONCE);
  const reasons = [...new Set(items.map((letter) => letter.reason))].sort();
  return (
    <DataTable
      title={
        <>
          {t("section.dead")} {items.length > 0 && <Badge tone="bad">{items.length}</Badge>}
        </>
      }
      rows={rows}
      keyOf={(letter) => String(letter.number)}
      selected={(letter) => chosen.value.has(letter.number)}
      csv={`${boot.base}api/files/dead/letters.csv`}
      columns={COLUMNS}
      empty={
        items.length ? (
          <Nothing icon={SearchX} title={t("noMatch")} />
        ) : (
          <Nothing icon={CircleCheck} title={t("dead.none")}>
            {t("dead.noneMore")}
          </Nothing>
        )
      }
      actions={
        picked.length > 0 ? (
          <>
            <Button
              small
              kind="primary"
              icon={RotateCcw}
              busy={busy.value === "replay"}
              disabled={busy.value !== ""}
              onClick={() => void act("replay", picked)}
            >
              {t("replayN", { n: picked.length })}
            </Button>
            <Button
              small
              kind="danger"
              icon={Trash2}
              disabled={busy.value !== ""}
              onClick={() => {
                sure.value = picked;
              }}
            >
              {t("dropN", { n: picked.length })}
            </Button>
            <Button small kind="quiet" onClick={() => toggle(numbers, false)}>
              {t("chooseNone")}
            </Button>
          </>
        ) : (
          <>
            {rows.length > 1 && (
              <Button small kind="quiet" icon={ListChecks} onClick={() => toggle(numbers, true)}>
                {t("chooseAll")}
              </Button>
            )}
            {reasons.length > 1 && (
              <label class="filter">
                <span class="sr">{t("col.reason")}</span>
                <select
                  class="field"
                  value={reason}
                  onChange={(event) => ask({ reason: event.currentTarget.value })}
                >
                  <option value="">{t("allReasons")}</option>
                  {reasons.map((one) => (
                    <option key={one} value={one}>
                      {word(`dead.${one}`) ?? one}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </>
        )
      }
      foot={items.length >= limit && <p>{t("dead.more", { n: limit })}</p>}
    />
  );
}

const toggle = (numbers: number[], on: boolean) => {
  const next = new Set(chosen.value);
  for (const number of numbers) {
    if (on) next.add(number);
    else next.delete(number);
  }
  chosen.value = next;
};

const COLUMNS: Column<Letter>[] = [
  {
    id: "reason",
    title: t("col.reason"),
    class: "reason",
    sort: (letter) => letter.reason,
    cell: (letter) => (
      <span class="choice">
        <input
          type="checkbox"
          aria-label={t("choose", { name: `${letter.reason} ${letter.number}` })}
          checked={chosen.value.has(letter.number)}
          onChange={(event) => toggle([letter.number], event.currentTarget.checked)}
        />
        <span class="grow">
          <a href={href("dead", String(letter.number))}>
            {word(`dead.${letter.reason}`) ?? <code>{letter.reason}</code>}
          </a>
          <small>{letter.detail || letter.reason}</small>
        </span>
      </span>
    ),
  },
  {
    id: "service",
    title: t("col.service"),
    sort: (letter) => letter.service,
    cell: (letter) => (
      <>
        {letter.service}
        <small class="nowrap">
          <code>{letter.stream.split("_").at(-1)}</code> #{letter.sequence}
        </small>
      </>
    ),
  },
  {
    id: "contact",
    title: t("col.contact"),
    sort: (letter) => letter.contact,
    cell: (letter) =>
      letter.contact === "_" ? (
        <span class="zero">–</span>
      ) : (
        <a class="nowrap" href={href("conversations", letter.contact)}>
          <code>{letter.contact}</code>
        </a>
      ),
  },
  {
    id: "attempts",
    title: t("col.attempts"),
    numeric: true,
    sort: (letter) => letter.attempts,
    cell: (letter) => count(letter.attempts),
  },
  {
    id: "at",
    title: t("col.when"),
    numeric: true,
    sort: (letter) => letter.at,
    cell: (letter) => <When at={letter.at} />,
  },
  {
    id: "act",
    title: t("replay"),
    hidden: true,
    class: "n acts",
    cell: (letter) => (
      <>
        <Button
          small
          kind="quiet"
          icon={RotateCcw}
          disabled={busy.value !== ""}
          aria-label={t("replayOne", { reason: letter.reason, number: letter.number })}
          onClick={() => void act("replay", [letter.number])}
        >
          {t("replay")}
        </Button>
      </>
    ),
  },
];

/** The button waits: two people may act at once, and the answer says what became of each letter. */
async function act(verb: "replay" | "drop", numbers: number[]) {
  busy.value = verb;
  try {
    const { outcomes } = await post<{ outcomes: Outcome[] }>(`api/dead/${verb}`, { numbers });
    const n = (result: Outcome["result"]) => outcomes.filter((o) => o.result === result).length;
    toggle(numbers, false);
    if (n("done")) toast(t(verb === "replay" ? "replayed" : "dropped", { n: n("done") }));
    if (n("gone")) toast(t("quicker", { n: n("gone") }), n("done") ? "ok" : "bad");
    if (n("away")) toast(t("stayed", { n: n("away") }), "bad");
    if (numbers.includes(Number(place.value.open))) go(href("dead"));
  } catch (error) {
    const problem = error as Problem;
    toast(said(problem.code, problem.unreachable), "bad");
  } finally {
    busy.value = "";
    forget(LIST);
    rounds.value++;
  }
}

function Sure({ numbers }: { numbers: number[] }) {
  const close = () => {
    sure.value = [];
  };
  return (
    <Dialog title={t("dropTitle", { n: numbers.length })} onClose={close}>
      <div class="ask">
        <p>{t("dropMore")}</p>
        <div class="actions">
          <Button onClick={close}>{t("cancel")}</Button>
          <Button
            kind="danger"
            icon={Trash2}
            onClick={() => {
              close();
              void act("drop", numbers);
            }}
          >
            {t("dropN", { n: numbers.length })}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function One({ number }: { number: number }) {
  const answer = useAnswer<OpenedLetter>(`${LIST}/${number}`);
  const { data, problem } = answer;
  return (
    <Dialog title={t("letter", { number })} onClose={() => go(href("dead"))} wide>
      {data && data.letter.number === number ? (
        <Whole opened={data} />
      ) : problem ? (
        <Failure
          title={said(problem.code, problem.unreachable)}
          retry={answer.again}
          again={t("again")}
        />
      ) : (
        <Skeleton rows={3} />
      )}
    </Dialog>
  );
}

function Whole({ opened }: { opened: OpenedLetter }) {
  const { letter } = opened;
  const facts: [string, preact.ComponentChildren][] = [
    [
      t("col.reason"),
      <>
        {word(`dead.${letter.reason}`)} <code>{letter.reason}</code>
      </>,
    ],
    [t("detail"), letter.detail || "–"],
    [t("col.service"), letter.service],
    [t("col.contact"), <code>{letter.contact}</code>],
    [t("origin"), <code>{`${letter.origin} · ${letter.stream} #${letter.sequence}`}</code>],
    [t("col.attempts"), String(letter.attempts)],
    [t("col.when"), <When at={letter.at} long />],
  ];
  return (
    <>
      <div class="letter">
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {opened.encoding === "json" ? (
          <Json label={`${t("payload")} · ${bytes(opened.size)}`} value={opened.payload} />
        ) : (
          <>
            <h3>{`${t("payload")} · ${bytes(opened.size)} · ${opened.encoding}`}</h3>
            <pre class="json" tabIndex={0} role="region" aria-label={t("payload")}>
              {opened.text}
            </pre>
          </>
        )}
        {Object.keys(opened.headers).length > 0 && (
          <Json label={t("headers")} value={opened.headers} />
        )}
      </div>
      <div class="actions foot">
        {letter.contact !== "_" && (
          <a class="button quiet" href={href("conversations", letter.contact)}>
            {t("toConversation")}
          </a>
        )}
        <span class="grow" />
        <Button
          kind="danger"
          icon={Trash2}
          disabled={busy.value !== ""}
          onClick={() => {
            sure.value = [letter.number];
          }}
        >
          {t("drop")}
        </Button>
        <Button
          kind="primary"
          icon={RotateCcw}
          busy={busy.value === "replay"}
          disabled={busy.value !== ""}
          onClick={() => void act("replay", [letter.number])}
        >
          {t("replay")}
        </Button>
      </div>
    </>
  );
}
