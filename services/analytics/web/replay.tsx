/**
 * One conversation, step by step: what she wrote, what was understood and how surely, what the
 * dialogue decided, what was sent and whether it arrived.
 *
 * Beside the timeline stand the reasons of one turn; where there is no room they stand below it.
 */
import { number } from "@kit/i18n";
import { shortcuts } from "@kit/keys";
import { day, full, sameDay, time } from "@kit/time";
import { Avatar, Badge, Button, Icon, IconButton, type IconNode } from "@kit/ui";
import { formatted } from "@kit/whatsapp";
import { computed, signal } from "@preact/signals";
import {
  ArrowLeft,
  ArrowRightLeft,
  Bot,
  Check,
  CheckCheck,
  ChevronLeft,
  ChevronRight,
  CircleAlert,
  CircleHelp,
  Headset,
  Lightbulb,
  Megaphone,
  MessageCircleQuestion,
  Split,
  UserRound,
} from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { useAnswer } from "./answers";
import type { Move, Replay, Said, Step, Turn } from "./contract";
import { Answered, whom } from "./parts";
import { ask, href, place, question } from "./place";
import { type Key, t, word } from "./texts";

const roomy = matchMedia("(min-width: 1100px)");
const wide = signal(roomy.matches);
roomy.addEventListener("change", ({ matches }) => {
  wide.value = matches;
});

const chosen = signal(""); // the turn whose reasons are shown
const shown = signal<Turn[]>([]);
const position = computed(() => shown.value.findIndex((turn) => turn.id === chosen.value));

export function ReplayPage({ contact }: { contact: string }) {
  const { query } = place.value;
  const until = Number(query.get("until") ?? 0);
  const before = query.get("before") ?? (until ? String(until + AFTER) : "");
  const answer = useAnswer<Replay>(
    question(`conversations/${encodeURIComponent(contact)}`, { before }),
  );
  return (
    <Answered answer={answer}>
      {(replay) => <Conversation key={contact} replay={replay} until={until} before={before} />}
    </Answered>
  );
}

const AFTER = 30 * 60_000; // ms shown behind a message that was found, so that its answer is there

type Entry =
  | { at: number; order: number; said: Said }
  | { at: number; order: number; turn: Turn }
  | { at: number; order: number; move: Move };

/** What she wrote comes before the turn that heard it, and its answer after it. */
function entries({ messages, turns, moves }: Replay): Entry[] {
  const all: Entry[] = [
    ...messages.map((said) => ({ at: said.at, order: said.author === "customer" ? 0 : 3, said })),
    ...turns.map((turn) => ({ at: turn.at, order: 1, turn })),
    ...moves.map((move) => ({ at: move.at, order: 2, move })),
  ];
  return all.sort((a, b) => a.at - b.at || a.order - b.order);
}

function Conversation({
  replay,
  until,
  before,
}: {
  replay: Replay;
  until: number;
  before: string;
}) {
  const box = useRef<HTMLOListElement>(null);
  const list = entries(replay);
  const sessions = new Map<string, number>();
  for (const turn of replay.turns)
    if (!sessions.has(turn.session)) sessions.set(turn.session, sessions.size + 1);

  useEffect(() => {
    shown.value = replay.turns;
    const wanted = until ? replay.turns.findLast((turn) => turn.at <= until + 60_000) : undefined;
    if (!replay.turns.some((turn) => turn.id === chosen.value))
      chosen.value = (wanted ?? replay.turns.at(-1))?.id ?? "";
  }, [replay]);
  useEffect(() => {
    const found = until
      ? (box.current!.querySelector(".hit") ?? box.current!.querySelector("[aria-pressed=true]"))
      : box.current!.lastElementChild;
    reveal(found);
  }, []);
  useEffect(() => {
    const general = shortcuts.value;
    shortcuts.value = [
      ...general,
      { keys: "j, ArrowDown", label: t("nextTurn"), run: () => step(1) },
      { keys: "k, ArrowUp", label: t("lastTurn"), run: () => step(-1) },
    ];
    return () => {
      shortcuts.value = general;
    };
  }, []);

  const turn = shown.value[position.value];
  return (
    <div class={`replay ${wide.value ? "roomy" : ""}`}>
      <section class="panel talk" aria-label={t("section.conversations")}>
        <Head replay={replay} />
        <ol class="timeline" ref={box} tabIndex={0} aria-label={t("timeline")}>
          {replay.next !== null && (
            <li class="pager">
              <Button
                small
                onClick={() => ask({ before: String(replay.next), until: undefined }, "push")}
              >
                {t("older")}
              </Button>
            </li>
          )}
          {list.map((entry, i) => {
            const last = list[i - 1];
            const key =
              "said" in entry
                ? entry.said.id
                : "turn" in entry
                  ? entry.turn.id
                  : `${entry.at}${entry.move.what}${i}`;
            return [
              (!last || !sameDay(last.at, entry.at)) && (
                <li key={`day${key}`} class="day">
                  <span>{day(entry.at)}</span>
                </li>
              ),
              "said" in entry ? (
                <Bubble key={key} said={entry.said} hit={entry.at === until} replay={replay} />
              ) : "turn" in entry ? (
                <Reason key={key} turn={entry.turn} />
              ) : (
                <Moved key={key} move={entry.move} />
              ),
            ];
          })}
          {before !== "" && (
            <li class="pager">
              <Button small onClick={() => ask({ before: undefined, until: undefined }, "push")}>
                {t("toEnd")}
              </Button>
            </li>
          )}
        </ol>
      </section>
      {wide.value && (
        <aside class="panel why" aria-label={t("why")}>
          {turn ? (
            <Why turn={turn} session={sessions.get(turn.session) ?? 1} />
          ) : (
            <div class="empty">
              <Icon icon={Lightbulb} size={28} />
              <p>{t("whyNone")}</p>
            </div>
          )}
        </aside>
      )}
    </div>
  );
}

function step(by: number) {
  const to = shown.value[position.value + by];
  if (!to) return;
  chosen.value = to.id;
  requestAnimationFrame(() => reveal(document.querySelector(".reason-chip[aria-pressed=true]")));
}

/** Scroll what scrolls, and nothing else: scrollIntoView would move the page's frame as well. */
function reveal(node: Element | null) {
  const box = node?.closest(wide.value ? ".timeline" : ".scroll");
  if (!node || !box) return;
  const [at, of] = [node.getBoundingClientRect(), box.getBoundingClientRect()];
  box.scrollTop += at.top - of.top - (of.height - at.height) / 2;
}

function Head({ replay }: { replay: Replay }) {
  const { person } = replay;
  const name = person ? whom(person.name, person.phone, person.contact) : place.value.open;
  return (
    <header class="talk-head">
      <a class="icon-button" href={href("conversations")} aria-label={t("back")} title={t("back")}>
        <Icon icon={ArrowLeft} size={18} />
      </a>
      <Avatar name={name} id={place.value.open} size={32} />
      <div class="grow">
        <h2 class="truncate">{name}</h2>
        <p class="truncate num">
          {[
            person?.phone && `+${person.phone}`,
            person && t("counts", { n: number(person.inbounds), m: number(person.outbounds) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {person && (
        <Badge tone={person.owner === "bot" ? "neutral" : "info"}>
          {t(`owner.${person.owner}` as Key)}
        </Badge>
      )}
    </header>
  );
}

const TICKS: Record<string, [IconNode, string]> = {
  sent: [Check, ""],
  delivered: [CheckCheck, ""],
  read: [CheckCheck, "seen"],
  played: [CheckCheck, "seen"],
  failed: [CircleAlert, "failed"],
};
const FACES: Record<string, IconNode> = {
  bot: Bot,
  agent: Headset,
  campaign: Megaphone,
  customer: UserRound,
};

function Bubble({ said, hit, replay }: { said: Said; hit: boolean; replay: Replay }) {
  const mine = said.author !== "customer";
  const [icon, tone] = TICKS[said.status] ?? [undefined, ""];
  const quoted =
    said.replyTo && replay.messages.find((m) => m.wamid === said.replyTo || m.id === said.replyTo);
  const name = t(`author.${said.author}` as Key);
  return (
    <li class={`said-row ${mine ? "out" : "in"} ${said.author} ${hit ? "hit" : ""}`}>
      {mine && (
        <span class="face" title={said.agent || name}>
          <Icon icon={FACES[said.author] ?? Bot} size={14} />
        </span>
      )}
      <div class="bubble">
        <span class="sr">{said.agent || name}: </span>
        {said.author === "agent" && said.agent && <b class="by">{said.agent}</b>}
        {said.author === "campaign" && <b class="by">{said.campaign}</b>}
        {quoted && <blockquote class="truncate">{quoted.text || quoted.kind}</blockquote>}
        {said.kind !== "text" && <span class="kind">{word(`kind.${said.kind}`) ?? said.kind}</span>}
        {said.revoked ? (
          <i>{t("revoked")}</i>
        ) : (
          said.text && <p class="text">{formatted(said.text)}</p>
        )}
        {said.options.length > 0 && (
          <ul class="options">
            {said.options.map((option, i) => (
              <li key={i}>{option}</li>
            ))}
          </ul>
        )}
        <span class="meta num">
          {said.edited && <span>{t("edited")}</span>}
          {said.ambiguous && <span title={t("ambiguousMore")}>{t("ambiguous")}</span>}
          {said.failedCode != null && said.status === "failed" && <code>{said.failedCode}</code>}
          <time dateTime={new Date(said.at).toISOString()} title={full(said.at)}>
            {time(said.at)}
          </time>
          {icon && (
            <span class={`tick ${tone}`} title={ticked(said)}>
              <Icon icon={icon} size={14} />
              <span class="sr">{ticked(said)}</span>
            </span>
          )}
        </span>
        {said.reaction && <span class="reaction">{said.reaction}</span>}
      </div>
    </li>
  );
}

const ticked = (said: Said) =>
  [
    t(`status.${said.status}` as Key),
    said.readAt ? time(said.readAt) : said.deliveredAt ? time(said.deliveredAt) : "",
  ]
    .filter(Boolean)
    .join(" ");

const VERDICT: Record<Turn["understood"], IconNode> = {
  yes: Lightbulb,
  clarified: Split,
  no: CircleHelp,
  "": MessageCircleQuestion,
};
const TONE: Record<Turn["understood"], "ok" | "warn" | "bad" | "neutral"> = {
  yes: "ok",
  clarified: "warn",
  no: "bad",
  "": "neutral",
};

/** Between her words and the answer: what the turn came to, in one line. */
function Reason({ turn }: { turn: Turn }) {
  const on = chosen.value === turn.id;
  const gist = turn.owner !== "bot" ? t("notBot") : turn.intent ? turn.intent : gistOf(turn);
  return (
    <li class="reason">
      <button
        type="button"
        class={`reason-chip ${TONE[turn.understood]}`}
        aria-pressed={on}
        onClick={() => {
          chosen.value = on && !wide.value ? "" : turn.id;
        }}
      >
        <Icon icon={VERDICT[turn.understood]} size={14} />
        <span class="truncate">{gist}</span>
        {turn.score != null && <span class="num">{number(turn.score, 2)}</span>}
        {turn.handedOff && <Icon icon={Headset} size={14} />}
        <span class="sr">{t("why")}</span>
      </button>
      {on && !wide.value && (
        <div class="inline-why">
          <Why turn={turn} />
        </div>
      )}
    </li>
  );
}

const gistOf = (turn: Turn) => {
  const telling = turn.steps.find((one) => one.what !== "greeted") ?? turn.steps[0];
  return telling ? sentence(telling) : t("whyNothing");
};
const sentence = (one: Step) =>
  t(`why.${one.what}` as Key, { step: one.step || one.flow, detail: one.detail });

/** All that a turn decided: candidates with their scores, then its steps in order. */
function Why({ turn, session }: { turn: Turn; session?: number }) {
  const ranked = turn.steps.filter((one) => one.score != null).sort((a, b) => b.score! - a.score!);
  const at = position.value;
  return (
    <>
      <header class="why-head">
        <div class="grow">
          <h2>{t("turnOf", { n: at + 1, m: shown.value.length })}</h2>
          <p class="num">
            {time(turn.at)}
            {session !== undefined && ` · ${t("session", { n: session })}`}
          </p>
        </div>
        <IconButton
          icon={ChevronLeft}
          label={t("lastTurn")}
          hint="k"
          disabled={at <= 0}
          onClick={() => step(-1)}
        />
        <IconButton
          icon={ChevronRight}
          label={t("nextTurn")}
          hint="j"
          disabled={at < 0 || at >= shown.value.length - 1}
          onClick={() => step(1)}
        />
      </header>
      <div class="why-body">
        <p class="verdict">
          <Badge tone={TONE[turn.understood]} icon={VERDICT[turn.understood]}>
            {t(`understood.${turn.understood || "nothing"}` as Key)}
          </Badge>
          {turn.owner !== "bot" && <Badge tone="info">{t(`owner.${turn.owner}` as Key)}</Badge>}
          {turn.handedOff && (
            <Badge tone="info" icon={Headset}>
              {t("outcome.handed_off")}
            </Badge>
          )}
        </p>
        {ranked.length > 0 && (
          <>
            <h3>{t("ranking")}</h3>
            <ul class="ranking">
              {ranked.map((one) => (
                <li key={one.ordinal}>
                  <code class="truncate">{one.step}</code>
                  <span class="num">{number(one.score!, 2)}</span>
                  <i aria-hidden="true">
                    <b style={{ width: `${Math.min(1, Math.max(0, one.score!)) * 100}%` }} />
                  </i>
                </li>
              ))}
            </ul>
          </>
        )}
        <h3>{t("decided")}</h3>
        {turn.steps.length ? (
          <ol class="steps">
            {turn.steps.map((one) => (
              <li key={one.ordinal} class={toneOf(one.what)}>
                <span>{sentence(one)}</span>
                <small>
                  <code>{[one.flow, one.what].filter(Boolean).join(" · ")}</code>
                </small>
              </li>
            ))}
          </ol>
        ) : (
          <p class="quiet">{t("whyNothing")}</p>
        )}
        <dl class="facts">
          <div>
            <dt>{t("heard")}</dt>
            <dd class="num">{turn.inbounds.length}</dd>
          </div>
          <div>
            <dt>{t("answered")}</dt>
            <dd class="num">{turn.messages}</dd>
          </div>
          <div>
            <dt>{t("program")}</dt>
            <dd>
              <code>{turn.program.slice(0, 12) || "–"}</code>
            </dd>
          </div>
        </dl>
      </div>
    </>
  );
}

const BAD = new Set([
  "not_understood",
  "call_failed",
  "exhausted",
  "condition_failed",
  "too_many_steps",
  "missing_value",
]);
const GOOD = new Set(["understood", "filled", "confirmed", "flow_ended", "tapped"]);
const toneOf = (what: string) => (BAD.has(what) ? "bad" : GOOD.has(what) ? "ok" : "");

function Moved({ move }: { move: Move }) {
  const text =
    move.what === "owner"
      ? t("moved.owner", {
          owner: t(`owner.${move.subject}` as Key),
          by: word(`by.${move.detail}`) ?? move.detail,
        })
      : move.what === "handoff"
        ? t("moved.handoff", {
            team: move.subject || t("anyTeam"),
            reason: word(`handoff.${move.detail}`) ?? move.detail,
          })
        : move.what === "failed"
          ? t("moved.failed", { reason: word(`reason.${move.subject}`) ?? move.subject })
          : t(move.subject === "stop" ? "moved.stop" : "moved.resume");
  return (
    <li class={`moved ${move.what === "failed" ? "bad" : ""}`}>
      <Icon icon={move.what === "failed" ? CircleAlert : ArrowRightLeft} size={14} />
      <span>{text}</span>
      <time class="num" dateTime={new Date(move.at).toISOString()} title={full(move.at)}>
        {time(move.at)}
      </time>
    </li>
  );
}
