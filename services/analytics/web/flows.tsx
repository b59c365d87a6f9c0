/** Flows: a bar a flow with what became of it, and the questions of one, with who left at each. */
import { number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { Filter } from "lucide";
import { useAnswer } from "./answers";
import type { Flow, Flows, Question } from "./contract";
import { Answered, Bars, Nothing, Panel, Tile, count, lasting, share } from "./parts";
import { file, href, place, question } from "./place";
import { type Key, t } from "./texts";

const FATES = [
  ["completed", "--c2"],
  ["handedOff", "--c5"],
  ["open", "--c1"],
  ["cancelled", "--c3"],
  ["left", "--c4"],
] as const;

export default function FlowsPage() {
  const answer = useAnswer<Flows>(question("sections/flows"));
  return <Answered answer={answer}>{(flows) => <Overview {...flows} />}</Answered>;
}

function Overview({ flows, outcomes }: Flows) {
  const asked = place.value.open;
  const one = flows.find((flow) => flow.flow === asked) ?? flows[0];
  const sum = (pick: (flow: Flow) => number) => flows.reduce((all, flow) => all + pick(flow), 0);
  const [started, completed, left] = [
    sum((f) => f.started),
    sum((f) => f.completed),
    sum((f) => f.left),
  ];
  if (!one)
    return (
      <div class="panel">
        <Nothing icon={Filter} title={t("flows.none")}>
          {t("flows.noneMore")}
        </Nothing>
      </div>
    );
  return (
    <>
      <dl class="tiles">
        <Tile
          label={t("flows.started")}
          value={number(started)}
          more={t("flows.of", { n: flows.length })}
        />
        <Tile
          label={t("fate.completed")}
          value={share(completed, started)}
          more={t("inAll", { n: number(completed) })}
          tone={completed ? "ok" : undefined}
        />
        <Tile
          label={t("fate.left")}
          value={share(left, started)}
          more={t("inAll", { n: number(left) })}
          hint={t("hint.left")}
        />
        <Tile
          label={t("flows.conversations")}
          value={number(outcomes.reduce((all, o) => all + o.conversations, 0))}
          more={outcomes
            .slice(0, 2)
            .map((o) => `${t(`outcome.${o.outcome}` as Key)} ${number(o.conversations)}`)
            .join(" · ")}
        />
      </dl>
      <div class="split">
        <Panel title={t("flows.fates")} more={t("flows.fatesMore")}>
          <ul class="legend padded">
            {FATES.map(([fate, color]) => (
              <li key={fate}>
                <i style={{ background: `var(${color})` }} />
                {t(`fate.${fate}`)} <b>{number(sum((flow) => flow[fate]))}</b>
              </li>
            ))}
          </ul>
          <Bars
            bars={flows.slice(0, 30).map((flow) => ({
              key: flow.flow,
              label: (
                <a href={href("flows", flow.flow)} aria-current={flow === one ? "true" : undefined}>
                  <code>{flow.flow}</code>
                </a>
              ),
              value: flow.started,
              figure: number(flow.started),
              more: share(flow.completed, flow.started),
              parts: FATES.map(([fate, color]) => ({ value: flow[fate], color })),
            }))}
          />
        </Panel>
        <Panel title={t("funnel", { flow: one.flow })} more={t("funnelMore")}>
          <Funnel flow={one} />
        </Panel>
      </div>
      <DataTable
        title={t("section.flows")}
        rows={flows}
        keyOf={(flow) => flow.flow}
        columns={FLOWS}
        csv={file("flows", "flows")}
        selected={(flow) => flow === one}
      />
      <DataTable
        title={t("questions", { flow: one.flow })}
        rows={one.questions}
        keyOf={(asked) => asked.step}
        columns={QUESTIONS}
        csv={file("flows", "questions", { flow: one.flow })}
        empty={<Nothing icon={Filter} title={t("questions.none")} />}
      />
    </>
  );
}

/** Each bar is measured by who began; the figure beside it says how many went no further. */
function Funnel({ flow }: { flow: Flow }) {
  const stages = [
    { key: "start", name: t("fate.started"), reached: flow.started, left: 0 },
    ...flow.questions.map((q) => ({
      key: `q${q.step}`,
      name: q.step,
      reached: q.reached,
      left: q.left,
    })),
    { key: "end", name: t("fate.completed"), reached: flow.completed, left: 0 },
  ];
  return (
    <ol class="funnel">
      {stages.map((stage) => (
        <li key={stage.key} class={stage.key}>
          <span class="truncate">
            {stage.key === "start" || stage.key === "end" ? stage.name : <code>{stage.name}</code>}
          </span>
          <span class="num">
            {number(stage.reached)} <small>{share(stage.reached, flow.started)}</small>
          </span>
          <span class="track" aria-hidden="true">
            {stage.reached > 0 && (
              <i
                style={{
                  width: `${Math.min(100, (100 * stage.reached) / Math.max(1, flow.started))}%`,
                }}
              >
                {stage.left > 0 && (
                  <b style={{ width: `${(100 * stage.left) / stage.reached}%` }} />
                )}
              </i>
            )}
          </span>
          {stage.left > 0 && (
            <span class="dropped">
              {t("leftHere", { n: stage.left, share: share(stage.left, stage.reached) })}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

const figure = (id: keyof Flow & string, title: Key, hint?: Key): Column<Flow> => ({
  id,
  title: t(title),
  ...(hint ? { hint: t(hint) } : {}),
  numeric: true,
  sort: (flow) => flow[id] as number,
  cell: (flow) => count(flow[id] as number),
});

const FLOWS: Column<Flow>[] = [
  {
    id: "flow",
    title: t("col.flow"),
    sort: (flow) => flow.flow,
    cell: (flow) => (
      <a href={href("flows", flow.flow)}>
        <code>{flow.flow}</code>
      </a>
    ),
  },
  figure("started", "fate.started"),
  figure("completed", "fate.completed"),
  {
    id: "rate",
    title: t("col.completion"),
    numeric: true,
    sort: (flow) => flow.completed / Math.max(1, flow.started),
    cell: (flow) => share(flow.completed, flow.started),
  },
  figure("handedOff", "fate.handedOff"),
  figure("cancelled", "fate.cancelled"),
  figure("left", "fate.left", "hint.left"),
  figure("open", "fate.open", "hint.open"),
  {
    id: "time",
    title: t("col.median"),
    numeric: true,
    sort: (flow) => flow.medianMs,
    cell: (flow) => lasting(flow.medianMs),
  },
];

const QUESTIONS: Column<Question>[] = [
  {
    id: "step",
    title: t("col.question"),
    sort: (q) => q.place,
    cell: (q) => <code>{q.step}</code>,
  },
  {
    id: "reached",
    title: t("col.reached"),
    numeric: true,
    sort: (q) => q.reached,
    cell: (q) => count(q.reached),
  },
  {
    id: "left",
    title: t("fate.left"),
    hint: t("hint.left"),
    numeric: true,
    sort: (q) => q.left,
    cell: (q) => count(q.left),
  },
  {
    id: "rate",
    title: t("col.dropOff"),
    numeric: true,
    sort: (q) => q.left / Math.max(1, q.reached),
    cell: (q) => share(q.left, q.reached),
  },
  {
    id: "handedOff",
    title: t("fate.handedOff"),
    numeric: true,
    sort: (q) => q.handedOff,
    cell: (q) => count(q.handedOff),
  },
  {
    id: "repaired",
    title: t("col.repaired"),
    hint: t("hint.repaired"),
    numeric: true,
    sort: (q) => q.repaired,
    cell: (q) => count(q.repaired),
  },
  {
    id: "time",
    title: t("col.answerTime"),
    numeric: true,
    sort: (q) => q.medianMs,
    cell: (q) => lasting(q.medianMs),
  },
];
