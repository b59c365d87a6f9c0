/**
 * What the page knows, and the only place that changes it: the snapshot in the document, then live
 * events, and what the customer did but the simulator has not confirmed. Components read signals
 * and call the verbs below.
 */
import { Problem, get, post } from "@kit/api";
import { boot, bootData, skew } from "@kit/boot";
import { connection, follow } from "@kit/live";
import { announce, toast } from "@kit/ui";
import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Act, Customer, Entry, Event, FaultName, Faults, Message, Snapshot } from "./contract";
import { gist } from "./gist";
import { outboxOf, preview, type Pending } from "./outbox";
import { t } from "./texts";

const KEPT_ENTRIES = 500;
const PATIENCE = { first: 500, most: 8000 }; // ms between tries while the simulator is away
const AWAY = new Set([0, 408, 429, 502, 503, 504]); // no answer, or one that says "later"

const first = bootData<Snapshot>();
const query = `?business=${encodeURIComponent(first.business.phoneNumberId)}`;
const prefix = `prosa:phone:${boot.base}${first.business.phoneNumberId}:`;
const outbox = outboxOf(prefix);
const now = () => Date.now() + skew;

export const business = first.business;
export const businesses = first.businesses;
export const customers = signal<Customer[]>([]);
export const traffic = signal<Entry[]>([]);
export const faults = signal<Faults>(first.faults);
export const templates = signal<string[]>([]);
/** The customer whose phone was used last: below 720 px the only one that is shown. */
export const current = signal(first.customers[0]?.id ?? "");
/** The customer whose field the focus should go to: the first one, and one who was just added. */
export const summoned = signal(current.peek());
export const pending = signal<Pending[]>(outbox.load());
const typing = signal<Record<string, number>>({});

/** A message as the handset shows it: with what is on its way, and a key that outlives its id. */
export interface Shown {
  key: string;
  message: Message;
  waiting?: boolean;
  refused?: Pending;
}

interface Thread {
  messages: Signal<Message[]>;
  shown: ReadonlySignal<Shown[]>;
}
const threads = new Map<string, Thread>();
const keys = new Map<string, string>(); // wamid -> the id under which it was first shown

function threadOf(who: string): Thread {
  let thread = threads.get(who);
  if (!thread) {
    const messages = signal<Message[]>([]);
    thread = { messages, shown: computed(() => merge(messages.value, mine(who))) };
    threads.set(who, thread);
  }
  return thread;
}
const mine = (who: string) => pending.value.filter((p) => p.who === who);
export const shown = (who: string) => threadOf(who).shown.value;
export const isTyping = (who: string) => (typing.value[who] ?? 0) > 0;
export const nameOf = (who: string) => customers.value.find((c) => c.id === who)?.name ?? who;

function merge(messages: Message[], waiting: Pending[]): Shown[] {
  const known = new Set(messages.map((m) => keys.get(m.id)));
  const reacted = new Map(
    waiting
      .filter((p) => p.act.kind === "reaction")
      .map((p) => [p.act.messageId!, p.act.emoji ?? ""]),
  );
  const all: Shown[] = messages.map((message) => {
    const emoji = reacted.get(message.id);
    return {
      key: keys.get(message.id) ?? message.id,
      message: emoji === undefined ? message : withReaction(message, emoji),
    };
  });
  for (const p of waiting) {
    if (p.act.kind === "reaction" || known.has(p.id)) continue;
    all.push({
      key: p.id,
      message: preview(p),
      ...(p.refused === undefined ? { waiting: true } : { refused: p }),
    });
  }
  return all;
}

function withReaction(message: Message, emoji: string): Message {
  const others = (message.reactions ?? []).filter((r) => r.side !== "out");
  return { ...message, reactions: emoji ? [...others, { side: "out", emoji }] : others };
}

// ---- snapshot and live events ----

function restore(snapshot: Snapshot) {
  batch(() => {
    customers.value = snapshot.customers;
    traffic.value = snapshot.traffic.slice(-KEPT_ENTRIES);
    faults.value = snapshot.faults;
    templates.value = snapshot.templates;
    typing.value = {};
    for (const [who, thread] of threads) {
      if (!(who in snapshot.threads)) thread.messages.value = [];
    }
    for (const [who, messages] of Object.entries(snapshot.threads)) {
      threadOf(who).messages.value = messages;
    }
    if (!customers.value.some((c) => c.id === current.value)) {
      current.value = customers.value[0]?.id ?? "";
    }
  });
}
restore(first);

async function startOver() {
  try {
    restore(await get<Snapshot>(`api/state${query}`));
  } catch {
    setTimeout(startOver, PATIENCE.most);
  }
}

function take(event: Event) {
  switch (event.type) {
    case "message":
      return takeMessage(event.who, event.message);
    case "traffic":
      traffic.value = [...traffic.value, event.entry].slice(-KEPT_ENTRIES);
      return;
    case "typing":
      return takeTyping(event.who, event.until);
    case "faults":
      faults.value = event.faults;
      return;
    case "customer":
      return takeCustomer(event.customer);
  }
}

function takeMessage(who: string, message: Message) {
  const { messages } = threadOf(who);
  const at = messages.value.findIndex((m) => m.id === message.id);
  if (at >= 0) {
    messages.value = messages.value.with(at, message);
    return;
  }
  if (message.side === "out") {
    // The stream may be quicker than the answer to our own POST: show it once all the same.
    const known = new Set(keys.values());
    const own = mine(who).find(
      (p) => !known.has(p.id) && p.refused === undefined && looksLike(preview(p), message),
    );
    if (own) keys.set(message.id, own.id);
  } else {
    takeTyping(who, 0);
    const from = customers.value.length > 1 ? `${business.name} → ${nameOf(who)}` : business.name;
    announce(`${from}: ${gist(message)}`);
  }
  messages.value = [...messages.value, message];
}

const looksLike = (a: Message, b: Message) => a.kind === b.kind && a.text === b.text;

function takeTyping(who: string, until: number) {
  typing.value = { ...typing.value, [who]: until > now() ? until : 0 };
  if (until <= now()) return;
  setTimeout(() => {
    if (typing.value[who] === until) typing.value = { ...typing.value, [who]: 0 };
  }, until - now());
}

function takeCustomer(customer: Customer) {
  const at = customers.value.findIndex((c) => c.id === customer.id);
  customers.value = at < 0 ? [...customers.value, customer] : customers.value.with(at, customer);
}

follow<Event>(
  `api/events${query}`,
  (events) => batch(() => events.forEach(({ event }) => take(event))),
  () => void startOver(),
);

// ---- what the customer does ----

/** Shown at once, sent in order, tried until the simulator has answered. */
export function act(who: string, what: Act) {
  const entry: Pending = { id: crypto.randomUUID(), who, at: now(), act: what };
  outbox.keep(entry);
  pending.value = [...pending.value, entry];
  void flush(who);
}

export function tryAgain({ id, who }: Pending) {
  settle(id, undefined);
  void flush(who);
}

export function discard({ id }: Pending) {
  outbox.drop(id);
  pending.value = pending.value.filter((p) => p.id !== id);
}

function settle(id: string, refused: string | undefined) {
  pending.value = pending.value.map((p) => {
    if (p.id !== id) return p;
    const { refused: _, ...rest } = p;
    const changed = refused === undefined ? rest : { ...rest, refused };
    outbox.keep(changed);
    return changed;
  });
}

const flushing = new Set<string>();

async function flush(who: string) {
  if (flushing.has(who)) return;
  flushing.add(who);
  try {
    let wait = PATIENCE.first;
    for (let next: Pending | undefined; (next = nextOf(who));) {
      if (await deliver(next)) wait = PATIENCE.first;
      else {
        await pause(wait);
        wait = Math.min(wait * 2, PATIENCE.most);
      }
    }
  } finally {
    flushing.delete(who);
  }
}

/** Whether the simulator has answered, with a yes or a no. */
async function deliver(next: Pending): Promise<boolean> {
  try {
    const body = { ...next.act, who: next.who, id: next.id };
    accept(next, await post<{ id: string }>(`api/messages${query}`, body, next.id));
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (AWAY.has(problem.status)) return false;
    refuse(next, problem.title);
    return true;
  }
}

const nextOf = (who: string) => pending.peek().find((p) => p.who === who && !p.refused);

function accept(sent: Pending, { id }: { id: string }) {
  batch(() => {
    const { messages } = threadOf(sent.who);
    if (sent.act.kind === "reaction") {
      messages.value = messages.value.map((m) =>
        m.id === sent.act.messageId ? withReaction(m, sent.act.emoji ?? "") : m,
      );
    } else {
      keys.set(id, sent.id);
      if (!messages.value.some((m) => m.id === id)) {
        messages.value = [...messages.value, { ...preview(sent), id }];
      }
    }
    discard(sent);
  });
}

function refuse(asked: Pending, reason: string) {
  if (asked.act.kind === "reaction") {
    discard(asked);
    toast(reason, "bad");
  } else settle(asked.id, reason);
}

/** Wait, but no longer than until the connection is back. */
function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    const away = connection.peek() !== "live";
    let stop: () => void = () => {};
    const timer = setTimeout(() => finish(), ms);
    const finish = () => {
      clearTimeout(timer);
      stop();
      done();
    };
    stop = effect(() => {
      if (away && connection.value === "live") queueMicrotask(finish);
    });
  });
}
new Set(pending.peek().map((p) => p.who)).forEach((who) => void flush(who));

const looked = new Map<string, string>();

/** The customer has this chat before her: read statuses leave, once for each new message. */
export function look(who: string) {
  const newest = threadOf(who)
    .messages.peek()
    .findLast((m) => m.side === "in");
  if (!newest || looked.get(who) === newest.id) return;
  looked.set(who, newest.id);
  post(`api/read${query}`, { who }).catch(() => looked.delete(who));
}

// ---- what the person at this page does ----

const asked = async <T>(path: string, body: unknown): Promise<T | undefined> => {
  try {
    return await post<T>(path + query, body);
  } catch (problem) {
    toast(problem instanceof Problem && !problem.unreachable ? problem.title : t("offline"), "bad");
    return undefined;
  }
};

export async function addCustomer(name: string, hidden: boolean): Promise<boolean> {
  const answer = await asked<Customer | { customer: Customer }>("api/customers", {
    ...(name ? { name } : {}),
    hidden,
  });
  if (!answer) return false;
  const customer = "customer" in answer ? answer.customer : answer;
  takeCustomer(customer);
  current.value = customer.id;
  summoned.value = customer.id;
  return true;
}

export async function setFault(name: FaultName, on: boolean) {
  const before = faults.value;
  faults.value = { ...before, [name]: on };
  if (!(await asked("api/faults", { [name]: on }))) faults.value = before;
}

export const setPreference = async (who: string, value: "stop" | "resume") => {
  if (await asked("api/preferences", { who, value })) toast(t(`preference.${value}.done`));
};

export const echo = async (who: string, text: string) =>
  Boolean(await asked("api/echo", { who, text }));

export function takeSummons(who: string): boolean {
  const mine = summoned.peek() === who;
  if (mine) summoned.value = "";
  return mine;
}

// ---- drafts ----

const draftKey = (who: string) => `${prefix}draft:${who}`;
export const draft = (who: string) => localStorage.getItem(draftKey(who)) ?? "";
export function keepDraft(who: string, text: string) {
  if (text) localStorage.setItem(draftKey(who), text);
  else localStorage.removeItem(draftKey(who));
}
