/**
 * Live updates: one EventSource for all tabs of this browser.
 *
 * HTTP/1.1 allows six connections per host, so the tab that holds the Web Lock reads the stream and
 * hands each event to the others over a BroadcastChannel. Every event carries its sequence as its
 * id; a page that starts or returns asks for what comes after the last sequence it knows. `reset`
 * means that the gap cannot be filled: load the snapshot again, and say up to where it is true.
 */
import { signal } from "@preact/signals";
import { boot } from "./boot";

export interface Live<T> {
  seq: number;
  event: T;
}

/** What tabs tell each other. */
type Told<T> =
  | { kind: "event"; message: Live<T> }
  | { kind: "state"; state: typeof connection.value }
  | { kind: "reset"; seq: number }
  | { kind: "ask"; after: number };

const SILENCE = 35_000; // two beats of the server and some patience
const KEPT = 512; // events a leading tab keeps for tabs that open while it reads
const FRAME = 16; // events of one frame are handed over together, so a burst renders once

export const connection = signal<"live" | "connecting" | "offline">("connecting");

export function follow<T>(
  path: string,
  onEvents: (events: Live<T>[]) => void,
  onReset: () => void,
): () => void {
  const url = boot.base + path;
  const name = `prosa:${url}:${boot.user.id}`;
  const channel = new BroadcastChannel(name);
  const closed = new AbortController();
  const tellOthers = (told: Told<T>) => channel.postMessage(told);

  let last = boot.after;
  let pending: Live<T>[] = [];
  let leading: { floor: number; recent: Live<T>[] } | undefined;

  const take = (message: Live<T>) => {
    if (message.seq <= last) return;
    last = message.seq;
    if (pending.push(message) > 1) return;
    setTimeout(() => {
      const events = pending;
      pending = [];
      onEvents(events);
    }, FRAME);
  };
  const startOver = (seq: number) => {
    last = seq; // may be lower: a server that started again counts from elsewhere
    pending.length = 0;
    onReset();
  };
  const tell = (state: typeof connection.value) => {
    connection.value = state;
    tellOthers({ kind: "state", state });
  };

  /** A tab that just opened has a snapshot, but missed what came while it was starting. */
  const answer = (after: number) => {
    if (!leading) return;
    tellOthers({ kind: "state", state: connection.value });
    if (after < leading.floor) tellOthers({ kind: "reset", seq: last });
    for (const message of leading.recent) {
      if (message.seq > after) tellOthers({ kind: "event", message });
    }
  };
  channel.onmessage = ({ data }: MessageEvent<Told<T>>) => {
    if (data.kind === "event") take(data.message);
    else if (data.kind === "state") connection.value = data.state;
    else if (data.kind === "ask") answer(data.after);
    else if (data.seq !== last) startOver(data.seq);
  };

  const lead = () =>
    new Promise<void>((done) => {
      const own = (leading = { floor: last, recent: [] as Live<T>[] });
      let source: EventSource | undefined;
      let wait = 1000;
      let silence = 0;
      let again = 0;

      // A half-open connection raises no error: a laptop that slept, a network that changed.
      const heard = () => {
        clearTimeout(silence);
        silence = window.setTimeout(open, SILENCE);
      };
      const open = () => {
        source?.close();
        clearTimeout(again);
        source = new EventSource(`${url}${url.includes("?") ? "&" : "?"}after=${last}`);
        heard();
        source.onopen = () => {
          wait = 1000;
          heard();
          tell("live");
        };
        source.addEventListener("beat", heard);
        source.onmessage = ({ data, lastEventId }) => {
          heard();
          const message = { seq: Number(lastEventId), event: JSON.parse(data) as T };
          if (own.recent.push(message) > KEPT) own.floor = own.recent.shift()!.seq;
          take(message);
          tellOthers({ kind: "event", message });
        };
        source.addEventListener("reset", ({ lastEventId }) => {
          heard();
          const seq = Number(lastEventId);
          own.floor = seq;
          own.recent.length = 0;
          startOver(seq);
          tellOthers({ kind: "reset", seq });
        });
        source.onerror = () => {
          tell(navigator.onLine ? "connecting" : "offline");
          if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again itself
          again = window.setTimeout(open, wait * (0.5 + Math.random()));
          wait = Math.min(wait * 2, 30_000);
          if (wait > 4000) tell("offline");
        };
      };
      const online = () => (source?.readyState === EventSource.OPEN ? tell("live") : open());
      const offline = () => tell("offline");
      addEventListener("online", online);
      addEventListener("offline", offline);
      closed.signal.addEventListener("abort", () => {
        source?.close();
        clearTimeout(silence);
        clearTimeout(again);
        removeEventListener("online", online);
        removeEventListener("offline", offline);
        done();
      });
      open();
    });

  tellOthers({ kind: "ask", after: boot.after });
  navigator.locks.request(name, { signal: closed.signal }, lead).catch(() => {
    // Only an abort ends up here: this page stopped following before it was its turn to lead.
  });
  return () => {
    closed.abort();
    channel.close();
  };
}
