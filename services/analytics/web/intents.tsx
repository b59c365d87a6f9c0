/** Intents: how well customers are understood, and the messages to learn from, ready to be copied. */
import { Chart } from "@kit/chart";
import { number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { Tabs } from "@kit/tabs";
import { Badge, Button, announce, toast } from "@kit/ui";
import { signal } from "@preact/signals";
import { ClipboardCopy, Sparkles, Waypoints } from "lucide";
import { useAnswer } from "./answers";
import type { Intent, Intents, Miss } from "./contract";
import { Answered, Nothing, Tile, When, count, share } from "./parts";
import { ask, file, href, place, question } from "./place";
import { stepOf } from "./steps";
import { t } from "./texts";

const TABS = ["misses", "intents"] as const;
const chosen = signal<ReadonlySet<string>>(new Set());

export default function IntentsPage() {
  const { query } = place.value;
  const answer = useAnswer<Intents>(
    question("sections/intents", {
      intent: query.get("intent") ?? "",
      kind: query.get("kind") ?? "",
    }),
  );
  return <Answered answer={answer}>{(intents) => <Overview {...intents} />}</Answered>;
}

function Overview({ intents, misses, at, verdicts, low }: Intents) {
  const { query } = place.value;
  const tab = query.get("tab") === "intents" ? "intents" : "misses";
  const sum = (name: string) => (verdicts[name] ?? []).reduce((all, n) => all + n, 0);
  const [yes, clarified, no] = [sum("yes"), sum("clarified"), sum("no")];
  const all = yes + clarified + no;
  const zero = at.map(() => 0);
  return (
    <>
      <dl class="tiles">
        <Tile
          label={t("intents.understood")}
          value={share(yes, all)}
          more={t("turns", { n: number(all) })}
          tone={all && yes / all > 0.8 ? "ok" : undefined}
        />
        <Tile
          label={t("intents.clarified")}
          value={number(clarified)}
          more={share(clarified, all)}
          hint={t("hint.clarified")}
        />
        <Tile
          label={t("intents.no")}
          value={number(no)}
          more={share(no, all)}
          tone={all && no / all > 0.2 ? "warn" : undefined}
        />
        <Tile
          label={t("intents.low")}
          value={number(intents.reduce((n, i) => n + i.low, 0))}
          more={t("below", { score: number(low, 2) })}
          hint={t("hint.low")}
        />
      </dl>
      <Chart
        label={t("intents.chart")}
        csv={file("intents", "verdicts")}
        summary={t("intents.summary", {
          yes: number(yes),
          clarified: number(clarified),
          no: number(no),
        })}
        at={at.map((ms) => ms / 1000)}
        by={stepOf(at)}
        kind="bars"
        total
        unit={(n) => number(n)}
        series={[
          { label: t("understood.yes"), color: "--c2", values: verdicts["yes"] ?? zero },
          {
            label: t("understood.clarified"),
            color: "--c3",
            values: verdicts["clarified"] ?? zero,
          },
          { label: t("understood.no"), color: "--c4", values: verdicts["no"] ?? zero },
        ]}
      />
      <Tabs
        label={t("section.intents")}
        tabs={TABS.map((id) => ({
          id,
          label: t(`tab.${id}`),
          count: id === "misses" ? misses.length : intents.length,
        }))}
        chosen={tab}
        onChoose={(id) => ask({ tab: id === "misses" ? undefined : id })}
      >
        {tab === "misses" ? (
          <Misses misses={misses} intents={intents} />
        ) : (
          <DataTable
            title={t("section.intents")}
            rows={intents}
            keyOf={(intent) => intent.intent}
            columns={INTENTS}
            csv={file("intents", "intents")}
            empty={<Nothing icon={Waypoints} title={t("intents.none")} />}
          />
        )}
      </Tabs>
    </>
  );
}

function Misses({ misses, intents }: { misses: Miss[]; intents: Intent[] }) {
  const { query } = place.value;
  const [kind, intent] = [query.get("kind") ?? "", query.get("intent") ?? ""];
  const picked = misses.filter((miss) => chosen.value.has(miss.text));
  const known = [...new Set([...intents.map((i) => i.intent), ...(intent ? [intent] : [])])].sort();
  return (
    <DataTable
      title={t("tab.misses")}
      rows={misses}
      keyOf={(miss) => miss.text}
      selected={(miss) => chosen.value.has(miss.text)}
      columns={MISSES}
      csv={file("intents", "misses", { kind, intent })}
      actions={
        <>
          {picked.length > 0 && (
            <Button small kind="primary" icon={ClipboardCopy} onClick={() => void copy(picked)}>
              {t("copyExamples", { n: picked.length })}
            </Button>
          )}
          <label class="filter">
            <span class="sr">{t("col.why")}</span>
            <select
              class="field"
              value={kind}
              onChange={(event) => ask({ kind: event.currentTarget.value })}
            >
              <option value="">{t("anyKind")}</option>
              {(["not_understood", "clarified", "low"] as const).map((one) => (
                <option key={one} value={one}>
                  {t(`miss.${one}`)}
                </option>
              ))}
            </select>
          </label>
          <label class="filter">
            <span class="sr">{t("col.guess")}</span>
            <select
              class="field"
              value={intent}
              onChange={(event) => ask({ intent: event.currentTarget.value })}
            >
              <option value="">{t("anyIntent")}</option>
              {known.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
        </>
      }
      empty={
        <Nothing icon={Sparkles} title={t("misses.none")}>
          {t("misses.noneMore")}
        </Nothing>
      }
    />
  );
}

/** As the dialogue's file takes them: an indented line an example, below its intent. */
async function copy(misses: Miss[]) {
  const groups = new Map<string, string[]>();
  for (const miss of misses) {
    const name = miss.guess || t("unknownIntent");
    groups.set(name, [...(groups.get(name) ?? []), miss.text.replace(/\s+/g, " ").trim()]);
  }
  const text = [...groups]
    .map(([intent, texts]) => `  ${intent}: |\n${texts.map((one) => `    ${one}`).join("\n")}`)
    .join("\n");
  try {
    await navigator.clipboard.writeText(`intents:\n${text}\n`);
    toast(t("copiedExamples", { n: misses.length }));
    chosen.value = new Set();
  } catch {
    toast(t("notCopied"), "bad");
  }
  announce(t("copiedExamples", { n: misses.length }));
}

const TONES = { not_understood: "bad", clarified: "warn", low: "neutral" } as const;

const MISSES: Column<Miss>[] = [
  {
    id: "text",
    title: t("col.text"),
    class: "words",
    sort: (miss) => miss.text,
    cell: (miss) => (
      <label class="choice">
        <input
          type="checkbox"
          checked={chosen.value.has(miss.text)}
          onChange={(event) => {
            const next = new Set(chosen.value);
            if (event.currentTarget.checked) next.add(miss.text);
            else next.delete(miss.text);
            chosen.value = next;
          }}
        />
        <span class="clamp">{miss.text}</span>
      </label>
    ),
  },
  {
    id: "kind",
    title: t("col.why"),
    sort: (miss) => miss.kind,
    cell: (miss) => <Badge tone={TONES[miss.kind]}>{t(`miss.${miss.kind}`)}</Badge>,
  },
  {
    id: "guess",
    title: t("col.guess"),
    hint: t("hint.guess"),
    sort: (miss) => miss.guess,
    cell: (miss) => (miss.guess ? <code>{miss.guess}</code> : <span class="zero">–</span>),
  },
  {
    id: "score",
    title: t("col.score"),
    numeric: true,
    sort: (miss) => miss.score,
    cell: (miss) => (miss.score == null ? count(null) : number(miss.score, 2)),
  },
  {
    id: "times",
    title: t("col.times"),
    numeric: true,
    sort: (miss) => miss.times,
    cell: (miss) => count(miss.times),
  },
  {
    id: "at",
    title: t("col.last"),
    numeric: true,
    sort: (miss) => miss.at,
    cell: (miss) => (
      <a href={href("conversations", miss.contact, { until: miss.at })} title={t("toConversation")}>
        <When at={miss.at} />
      </a>
    ),
  },
];

const number2 = (score: number | null) => (score == null ? count(null) : number(score, 2));
const INTENTS: Column<Intent>[] = [
  {
    id: "intent",
    title: t("col.intent"),
    sort: (i) => i.intent,
    cell: (i) => <code>{i.intent}</code>,
  },
  {
    id: "understood",
    title: t("understood.yes"),
    numeric: true,
    sort: (i) => i.understood,
    cell: (i) => count(i.understood),
  },
  {
    id: "clarified",
    title: t("understood.clarified"),
    hint: t("hint.clarified"),
    numeric: true,
    sort: (i) => i.clarified,
    cell: (i) => count(i.clarified),
  },
  {
    id: "low",
    title: t("intents.low"),
    hint: t("hint.low"),
    numeric: true,
    sort: (i) => i.low,
    cell: (i) => count(i.low),
  },
  {
    id: "score",
    title: t("col.medianScore"),
    numeric: true,
    sort: (i) => i.medianScore,
    cell: (i) => number2(i.medianScore),
  },
  {
    id: "look",
    title: t("tile.look"),
    hidden: true,
    class: "n",
    cell: (i) => (
      <a
        href={href("intents", "", { intent: i.intent })}
        aria-label={t("lookAt", { intent: i.intent })}
      >
        {t("messagesBehind")}
      </a>
    ),
  },
];
