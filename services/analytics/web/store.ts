/** What the page knows live: samples of the queues, and how many letters are dead. */
import { get } from "@kit/api";
import { boot, bootData } from "@kit/boot";
import { follow } from "@kit/live";
import { computed, signal } from "@preact/signals";
import type { First, History, LiveEvent, Queue, Sample, Store } from "./contract";

const KEPT = 900; // half an hour of samples, as the server keeps

export const first = bootData<First>();
export const samples = signal<Sample[]>([]);
export const away = signal(false); // NATS is away: figures stand still
export const paused = signal(false);
export const failed = signal(false);
export const dead = signal(first.dead);
export const latest = computed(() => samples.value.at(-1));

let held: Sample[] = [];
let loading: Promise<void> | undefined;

/** Load the last half hour; live samples go on behind it. */
export function loadHistory(): Promise<void> {
  loading ??= get<History>("api/queues")
    .then((history) => {
      samples.value = joined(history.samples, samples.value);
      away.value = history.away;
      failed.value = false;
    })
    .catch(() => {
      failed.value = true;
    })
    .finally(() => {
      loading = undefined;
    });
  return loading;
}

/** While a person reads, the figures stand still; nothing is lost. */
export function pause(on: boolean) {
  paused.value = on;
  if (on) return;
  samples.value = joined(samples.value, held);
  held = [];
}

function take(events: LiveEvent[]) {
  const fresh = events.flatMap((event) => ("sample" in event ? [event.sample] : []));
  away.value = events.some((event) => "away" in event) && !fresh.length;
  const last = fresh.at(-1);
  if (!last) return;
  dead.value = last.dead;
  if (paused.value) held = joined(held, fresh);
  else samples.value = joined(samples.value, fresh);
}

const joined = (before: Sample[], more: Sample[]) => {
  const from = before.at(-1)?.at ?? 0;
  return [...before, ...more.filter((sample) => sample.at > from)].slice(-KEPT);
};

if (first.allowed && first.bot)
  follow<LiveEvent>(
    "api/events",
    (events) => take(events.map(({ event }) => event)),
    () => void loadHistory(),
  );

// --- what the figures of a sample are read as ------------------------------------------------------

export const keyOf = ({ stream, consumer }: Queue) => `${stream}/${consumer}`;
export const columnOf = (key: string, pick: (queue: Queue) => number) =>
  samples.value.map((sample) => {
    const found = sample.queues.find((queue) => keyOf(queue) === key);
    return found ? pick(found) : 0;
  });
export const storeOf = (sample: Sample | undefined, stream: Store["stream"]) =>
  sample?.stores.find((store) => store.stream === stream);
export const storeColumn = (stream: Store["stream"], pick: (store: Store) => number) =>
  samples.value.map((sample) => {
    const found = storeOf(sample, stream);
    return found ? pick(found) : 0;
  });
/** The mean of the last five samples: ten seconds. */
export const lately = (values: number[]) => {
  const some = values.slice(-5);
  return some.length ? some.reduce((a, b) => a + b, 0) / some.length : 0;
};
export const roleNeeded = boot.user.role === "agent";
