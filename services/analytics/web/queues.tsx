/** Queues, live: depth, age, deliveries, who waits for work, and what the streams hold. */
import { boot } from "@kit/boot";
import { Chart, Sparkline } from "@kit/chart";
import { compact, number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { Badge, Failure } from "@kit/ui";
import { CloudOff } from "lucide";
import { useEffect } from "preact/hooks";
import type { Queue, Store } from "./contract";
import { NONE, Nothing, Tile, Waiting, ago, bytes, count, lasting } from "./parts";
import { href } from "./place";
import {
  away,
  columnOf,
  dead,
  failed,
  keyOf,
  lately,
  latest,
  loadHistory,
  samples,
  storeColumn,
} from "./store";
import { t, word } from "./texts";

const TREND = 60; // samples: two minutes
const SLOW = 15_000; // ms in a queue that customers wait behind
const STUCK = 60_000;
/** Nobody waits behind campaigns, nor behind what is only counted. */
const PATIENT = new Set(["sender-low", "campaigns", "sender-status"]);

export default function Queues() {
  useEffect(() => void loadHistory(), []);
  const now = latest.value;
  if (!now) {
    if (failed.value || away.value)
      return (
        <div class="panel">
          {away.value ? (
            <Nothing icon={CloudOff} title={t("away")}>
              {t("awayMore")}
            </Nothing>
          ) : (
            <Failure
              title={t("failed.title")}
              detail={t("failed.other")}
              retry={() => void loadHistory()}
              again={t("again")}
            />
          )}
        </div>
      );
    return <Waiting />;
  }

  const at = samples.value.map((sample) => sample.at / 1000);
  const received = storeColumn("IN", (store) => store.rate);
  const sent = storeColumn("OUT", (store) => store.left);
  const told = storeColumn("EVT", (store) => store.rate);
  const urgent = (queue: Queue) => !PATIENT.has(queue.consumer);
  const worst = now.queues
    .filter(urgent)
    .reduce<Queue | undefined>((a, b) => (a && a.oldestMs >= b.oldestMs ? a : b), undefined);
  const waits = samples.value.map((s) =>
    Math.max(0, ...s.queues.filter(urgent).map((queue) => queue.oldestMs)),
  );
  const load = (stream: Queue["stream"]) =>
    samples.value.map((s) =>
      s.queues
        .filter(
          (queue) =>
            queue.stream === stream && (stream !== "IN" || queue.consumer === "conversation"),
        )
        .reduce((sum, queue) => sum + queue.depth + queue.inFlight, 0),
    );
  const [waitingIn, waitingOut] = [load("IN"), load("OUT")];
  const queued = waitingIn.map((n, i) => n + waitingOut[i]!);
  const oldest = lasting(worst?.oldestMs ?? 0).split(" ");
  const late = worst?.oldestMs ?? 0;

  return (
    <>
      {away.value && (
        <div class="old" role="status">
          <span>{t("awayMore")}</span>
        </div>
      )}
      <dl class="tiles">
        <Tile
          label={t("tile.received")}
          value={number(lately(received), 1)}
          unit="/s"
          more={t("tile.sent", { n: number(lately(sent), 1) })}
          trend={received.slice(-TREND)}
        />
        <Tile
          label={t("tile.oldest")}
          value={oldest[0]!}
          unit={oldest.slice(1).join(" ")}
          more={late && worst ? t("tile.where", { queue: nameOf(worst) }) : t("tile.nobody")}
          tone={late > STUCK ? "bad" : late > SLOW ? "warn" : undefined}
          trend={waits.slice(-TREND)}
          color="--c3"
        />
        <Tile
          label={t("tile.queued")}
          value={number(queued.at(-1) ?? 0)}
          more={t("tile.split", {
            n: number(waitingIn.at(-1) ?? 0),
            m: number(waitingOut.at(-1) ?? 0),
          })}
          trend={queued.slice(-TREND)}
          color="--c2"
        />
        <Tile
          label={t("section.dead")}
          value={number(dead.value)}
          tone={dead.value ? "bad" : undefined}
          more={dead.value ? <a href={href("dead")}>{t("tile.look")}</a> : t("dead.none")}
        />
      </dl>
      <div class="charts">
        <Chart
          label={t("chart.rate")}
          csv={`${boot.base}api/files/queues/history.csv`}
          summary={t("chart.rateSummary", {
            received: number(lately(received), 1),
            sent: number(lately(sent), 1),
            most: number(Math.max(0, ...received), 1),
          })}
          at={at}
          unit={perSecond}
          series={[
            { label: t("received"), color: "--c1", values: received, fill: true },
            { label: t("sent"), color: "--c2", values: sent },
            { label: t("events"), color: "--c5", values: told },
          ]}
        />
        <Chart
          label={t("chart.queued")}
          csv={`${boot.base}api/files/queues/history.csv`}
          summary={t("chart.queuedSummary", {
            now: number(queued.at(-1) ?? 0),
            most: number(Math.max(0, ...queued)),
          })}
          at={at}
          unit={(v) => compact(v)}
          series={[
            { label: t("toHandle"), color: "--c4", values: waitingIn, fill: true },
            { label: t("toSend"), color: "--c3", values: waitingOut },
          ]}
        />
      </div>
      <DataTable
        title={t("queues")}
        rows={now.queues}
        keyOf={keyOf}
        columns={QUEUES}
        csv={`${boot.base}api/files/queues/queues.csv`}
        foot={<p>{t("queuesNote")}</p>}
      />
      <DataTable
        csv={`${boot.base}api/files/queues/streams.csv`}
        title={t("streams")}
        rows={now.stores}
        keyOf={(s) => s.stream}
        columns={STORES}
      />
    </>
  );
}

const perSecond = (v: number) => number(v, v < 10 && v % 1 ? 1 : 0);
const nameOf = (queue: Queue) => word(`queue.${queue.stream}.${queue.consumer}`) ?? queue.consumer;

const QUEUES: Column<Queue>[] = [
  {
    id: "queue",
    title: t("col.queue"),
    sort: nameOf,
    class: "name",
    cell: (queue) => (
      <>
        {nameOf(queue)}
        <small>
          <code>{keyOf(queue)}</code>
        </small>
      </>
    ),
  },
  {
    id: "depth",
    title: t("col.depth"),
    hint: t("hint.depth"),
    numeric: true,
    sort: (queue) => queue.depth,
    cell: (queue) => count(queue.depth),
  },
  {
    id: "flight",
    title: t("col.flight"),
    hint: t("hint.flight"),
    numeric: true,
    sort: (queue) => queue.inFlight,
    cell: (queue) => count(queue.inFlight),
  },
  {
    id: "oldest",
    title: t("col.oldest"),
    hint: t("hint.oldest"),
    numeric: true,
    sort: (queue) => queue.oldestMs,
    cell: (queue) =>
      !queue.oldestMs ? (
        <span class="zero">{NONE}</span>
      ) : queue.oldestMs > SLOW && !PATIENT.has(queue.consumer) ? (
        <Badge tone={queue.oldestMs > STUCK ? "bad" : "warn"}>{lasting(queue.oldestMs)}</Badge>
      ) : (
        lasting(queue.oldestMs)
      ),
  },
  {
    id: "rate",
    title: t("col.rate"),
    hint: t("hint.rate"),
    numeric: true,
    sort: (queue) => queue.rate,
    cell: (queue) => (queue.rate ? number(queue.rate, 1) : count(0)),
  },
  {
    id: "trend",
    title: t("col.trend"),
    cell: (queue) => (
      <Sparkline values={columnOf(keyOf(queue), (q) => q.depth + q.inFlight).slice(-TREND)} />
    ),
  },
  {
    id: "repeated",
    title: t("col.repeated"),
    hint: t("hint.repeated"),
    numeric: true,
    sort: (queue) => queue.repeated,
    cell: (queue) => count(queue.repeated),
  },
  {
    id: "waiting",
    title: t("col.waiting"),
    hint: t("hint.waiting"),
    numeric: true,
    sort: (queue) => queue.waiting,
    cell: (queue) =>
      queue.waiting === 0 && queue.depth > 0 ? <Badge tone="warn">0</Badge> : count(queue.waiting),
  },
];

const STORES: Column<Store>[] = [
  {
    id: "stream",
    title: t("col.stream"),
    class: "name",
    cell: (store) => (
      <>
        {t(`stream.${store.stream}`)}
        <small>
          <code>{store.stream}</code>
        </small>
      </>
    ),
  },
  {
    id: "messages",
    title: t("col.kept"),
    numeric: true,
    sort: (store) => store.messages,
    cell: (store) => count(store.messages),
  },
  {
    id: "bytes",
    title: t("col.size"),
    numeric: true,
    sort: (store) => store.bytes,
    cell: (store) => bytes(store.bytes),
  },
  {
    id: "first",
    title: t("col.first"),
    numeric: true,
    sort: (store) => store.firstAt,
    cell: (store) => (store.messages ? ago(store.firstAt) : <span class="zero">{NONE}</span>),
  },
  {
    id: "in",
    title: t("col.in"),
    numeric: true,
    sort: (store) => store.rate,
    cell: (store) => (store.rate ? number(store.rate, 1) : count(0)),
  },
  {
    id: "replicas",
    title: t("col.copies"),
    hint: t("hint.copies"),
    numeric: true,
    cell: (store) =>
      store.current < store.replicas ? (
        <Badge tone="bad">{`${store.current}/${store.replicas}`}</Badge>
      ) : (
        `${store.current}/${store.replicas}`
      ),
  },
];
