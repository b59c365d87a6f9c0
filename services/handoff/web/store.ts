/**
 * What the page knows, and the only place that changes it: the snapshot in the document, then live
 * events, and what the person wrote but the server has not confirmed. Components read signals and
 * call the verbs below.
 */
import { Problem, get, post, put } from "@kit/api";
import { boot, bootData } from "@kit/boot";
import { connection, follow } from "@kit/live";
import { announce, toast } from "@kit/ui";
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import type {
  Agent,
  Boot,
  CannedReply,
  Conversation,
  LiveEvent,
  Message,
  Opened,
  Page,
  Reply,
  Template,
  View,
} from "./contract";
import { keepDraft, shelf } from "./drafts";
import { gist } from "./gist";
import { drop, keep, pending, preview, settle, type Pending } from "./outbox";
import { go, place, views } from "./place";
import { inWords } from "./refusals";
import { t } from "./texts";

const PAGE = 100; // rows asked for at once
const KEPT_THREADS = 40; // conversations whose messages are held ready
const OLDER = 50; // messages asked for at once
const RECOUNT = 4000; // ms; counts that cannot be derived are asked for at most so often
const TYPING_SHOWN = 20_000; // ms
const TYPING_TOLD = 15_000; // ms; WhatsApp shows it for 25 s
const PATIENCE = { first: 1000, most: 15_000 }; // ms between tries while the server is away
const AWAY = new Set([0, 401, 408, 425, 429, 502, 503, 504]); // no answer, or one that says "later"

const first = bootData<Boot>();
export const { bot, bots = [], asks } = first;
export const teams = first.teams;
export const agents = signal(first.agents);
export const available = signal(first.available);
export const supervises = boot.user.role !== "agent";

// ---- the list ----

interface Members {
  view: View;
  q: string;
  team: string;
  ids: Set<string>;
  total: number;
  next: string | null;
}

const known = signal(new Map(first.items.map((c) => [c.id, c])));
export const counts = signal(first.counts);
export const query = signal("");
export const team = signal("");
export const listing = signal<"ready" | "loading" | "failed">("ready");
const members = signal<Members>({
  view: first.view,
  q: "",
  team: "",
  ids: new Set(first.items.map((c) => c.id)),
  total: first.total,
  next: first.next,
});

const held = (c: Conversation) =>
  c.owner === "human" || (c.owner === "standby" && c.assignee !== null);
const inView = (c: Conversation, view: View) => {
  switch (view) {
    // On standby it is still somebody's, or nobody's yet.
    case "mine":
      return held(c) && c.assignee?.id === boot.user.id;
    case "open":
      return held(c);
    case "queue":
      return c.owner === "queue" || (c.owner === "standby" && !c.assignee);
    case "bot":
    case "closed":
      return c.owner === view;
    case "all":
      return true;
  }
};
/** Whether this person may write to her. */
export const isMine = (c: Conversation) => c.owner === "human" && c.assignee?.id === boot.user.id;
/** Whoever holds it decides about it; a supervisor about all that are open. */
export const mayDecide = (c: Conversation) =>
  isMine(c) || (supervises && c.owner !== "bot" && c.owner !== "closed");
const belongs = (c: Conversation, { view, team }: Pick<Members, "view" | "team">) =>
  inView(c, view) && (!team || c.team === team);

/** Rows keep their places while a person aims at the list: no click lands on one that just moved. */
export const aiming = signal(false);
let order: string[] = [];
export const list = computed(() => {
  const { ids, view, q, team: of } = members.value;
  if (view !== place.value.view || q !== query.value || of !== team.value) return [];
  const all = known.value;
  if (aiming.value || q) {
    const placed = new Set(order);
    order = [
      ...order.filter((id) => ids.has(id)),
      ...[...ids].filter((id) => !placed.has(id)).sort(newestFirst(all)),
    ];
  } else order = [...ids].sort(newestFirst(all));
  return order.map((id) => all.get(id)!);
});
const newestFirst = (all: Map<string, Conversation>) => (a: string, b: string) =>
  all.get(b)!.lastAt - all.get(a)!.lastAt || (a < b ? 1 : -1);

export const total = computed(() => {
  const { ids, q, team: of, view, total: told } = members.value;
  const whole = q || of ? told : counts.value[view];
  return list.value.length ? Math.max(whole, ids.size) : 0;
});
export const selected = computed(() =>
  place.value.id ? (known.value.get(place.value.id) ?? null) : null,
);
export const knownTags = computed(() =>
  [...new Set([...known.value.values()].flatMap((c) => c.tags))].sort(),
);

const asQuery = (values: Record<string, string | number | null>) =>
  new URLSearchParams(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => [name, String(value)]),
  ).toString();

let asked = 0;
const meanwhile = new Set<string>(); // what live events told while a page was on its way
export async function load(more = false) {
  const { view } = place.value;
  const q = query.value;
  const of = team.value;
  const current = members.value;
  if (more && (!current.next || listing.value === "loading")) return;
  const turn = ++asked;
  listing.value = "loading";
  meanwhile.clear();
  // Who searches wants to find, wherever it lies.
  const wanted = asQuery({
    view: q ? "all" : view,
    q,
    team: of,
    cursor: more ? current.next : "",
    limit: PAGE,
  });
  try {
    const page = await get<Page>(`api/conversations?${wanted}`);
    if (turn !== asked) return; // a later question was asked meanwhile
    batch(() => {
      know(page.items);
      const asking = { view, q, team: of };
      const fits = ({ id }: Conversation) => q || belongs(known.peek().get(id)!, asking);
      const ids = page.items.filter(fits).map((c) => c.id);
      if (!more && q) order = ids; // as the server ranks them
      members.value = {
        ...asking,
        ids: new Set([...(more ? current.ids : []), ...ids]),
        total: page.total,
        next: page.next,
      };
      counts.value = page.counts;
      listing.value = "ready";
      if (!meanwhile.size) return;
      for (const id of meanwhile) relist(known.peek().get(id)!, known.peek().get(id));
      recount(); // the page's counts are older than what was told
    });
  } catch {
    if (turn === asked) listing.value = "failed";
  }
}

let recounting = 0;
/** A conversation changed that this page had not seen before: what it was counted as is unknown. */
function recount() {
  recounting ||= window.setTimeout(async () => {
    recounting = 0;
    try {
      const { view } = place.peek();
      counts.value = (await get<Page>(`api/conversations?view=${view}&limit=1`)).counts;
    } catch {
      // The next event asks again; a connection that comes back loads everything.
    }
  }, RECOUNT);
}

/** Keep the newest of each; gives those that were news. */
function know(conversations: Conversation[]): Conversation[] {
  const all = known.peek();
  const news = conversations.filter((c) => c.revision >= (all.get(c.id)?.revision ?? -1));
  if (news.length) known.value = new Map([...all, ...news.map((c) => [c.id, c] as const)]);
  return news;
}

// ---- one conversation ----

interface Thread {
  messages: Message[];
  more: boolean;
  history: Opened["history"];
}
type Standing = "loading" | "ready" | "failed" | "gone";

const threads = signal(new Map<string, Thread>());
export const standing = signal<{ id: string; state: Standing }>({ id: "", state: "loading" });
export const thread = computed(() => threads.value.get(place.value.id ?? "") ?? null);
/** What the timeline shows: what was said, then what is on its way. */
export const timeline = computed<Message[] | null>(() => {
  const id = place.value.id;
  const messages = thread.value?.messages;
  if (!messages) return null;
  const there = new Set(messages.map((m) => m.id));
  const mine = pending.value.filter((p) => p.conversation === id && !there.has(p.id));
  return [...messages, ...mine.map(preview)];
});

function hold(id: string, thread: Thread) {
  const next = new Map(threads.peek());
  next.delete(id); // the one held longest without being opened goes first
  next.set(id, thread);
  for (const old of next.keys()) {
    if (next.size <= KEPT_THREADS) break;
    if (old !== place.peek().id) next.delete(old);
  }
  threads.value = next;
}

const opening = new Map<string, Message[]>(); // what live events told while a snapshot was on its way

export async function openThread(id: string) {
  const told: Message[] = [];
  opening.set(id, told);
  standing.value = { id, state: threads.peek().has(id) ? "ready" : "loading" };
  try {
    const opened = await get<Opened>(`api/conversations/${encodeURIComponent(id)}`);
    const { conversation, messages, more, history } = opened;
    const before = threads.peek().get(id);
    const older = before?.messages.filter((m) => m.at < (messages[0]?.at ?? 0)) ?? [];
    batch(() => {
      know([conversation]);
      hold(id, {
        messages: merge([...older, ...messages], told),
        more: older.length ? before!.more : more,
        history,
      });
      if (standing.peek().id === id) standing.value = { id, state: "ready" };
    });
    markRead(id);
  } catch (problem) {
    if (standing.peek().id !== id) return;
    const gone = problem instanceof Problem && problem.status === 404;
    if (gone || !threads.peek().has(id)) standing.value = { id, state: gone ? "gone" : "failed" };
  } finally {
    if (opening.get(id) === told) opening.delete(id);
  }
}

/** The next conversation's messages, fetched while the person reads this one. */
export function prefetch(id: string) {
  if (threads.peek().has(id)) return;
  get<Opened>(`api/conversations/${encodeURIComponent(id)}`).then(
    ({ messages, more, history }) => {
      if (!threads.peek().has(id)) hold(id, { messages, more, history });
    },
    () => {}, // it is asked for again when it is opened
  );
}

export async function loadOlder() {
  const { id } = place.peek();
  const before = thread.peek();
  if (!id || !before?.more) return;
  const oldest = before.messages[0]?.id ?? "";
  const path = `api/conversations/${encodeURIComponent(id)}/messages`;
  try {
    const older = await get<{ messages: Message[]; more: boolean }>(
      `${path}?${asQuery({ before: oldest, limit: OLDER })}`,
    );
    const now = threads.peek().get(id) ?? before;
    const there = new Set(now.messages.map((m) => m.id));
    const added = older.messages.filter((m) => !there.has(m.id));
    hold(id, { ...now, messages: [...added, ...now.messages], more: older.more });
  } catch (problem) {
    toast(inWords(problem), "bad");
  }
}

/** Messages by id: one that comes again replaces itself, a new one stands at its time. */
function merge(messages: Message[], changes: Message[]): Message[] {
  if (!changes.length) return messages;
  const next = [...messages];
  for (const change of changes) {
    const at = next.findIndex((m) => m.id === change.id);
    if (at >= 0) next[at] = change;
    else next.splice(next.findLastIndex((m) => m.at <= change.at) + 1, 0, change);
  }
  return next;
}

function markRead(id: string) {
  const c = known.peek().get(id);
  if (!c?.unread || !isMine(c) || document.hidden) return;
  know([{ ...c, unread: 0 }]);
  post(`api/conversations/${encodeURIComponent(id)}/read`, {}).catch(() => {}); // the next one tells
}
addEventListener("visibilitychange", () => {
  const { id } = place.peek();
  if (id) markRead(id);
});

// ---- live ----

const typing = signal<Record<string, { who: string; until: number }>>({});
/** Who of the others writes to this customer now. */
export const typist = (id: string) => {
  const found = typing.value[id];
  return found && (agents.value.find((a) => a.id === found.who)?.name ?? t("someone"));
};

function takeTyping(id: string, who: string) {
  if (who === boot.user.id) return;
  const until = Date.now() + TYPING_SHOWN;
  typing.value = { ...typing.value, [id]: { who, until } };
  setTimeout(() => {
    if (typing.peek()[id]?.until === until) stopTyping(id);
  }, TYPING_SHOWN);
}
function stopTyping(id: string) {
  if (!(id in typing.peek())) return;
  const { [id]: _, ...rest } = typing.peek();
  typing.value = rest;
}

function take(conversation: Conversation, messages: Message[]) {
  const { id } = conversation;
  const before = known.peek().get(id);
  const news = know([conversation]).length > 0;
  if (news) {
    if (listing.peek() === "loading") meanwhile.add(id);
    tally(before, conversation);
    relist(conversation, before);
    if (conversation.owner === "queue" && before?.owner !== "queue") {
      announce(t("arrivedInQueue", { name: conversation.contact.name }));
    }
  }
  opening.get(id)?.push(...messages);
  const held = threads.peek().get(id);
  if (!held || !messages.length) return;
  const there = new Set(held.messages.map((m) => m.id));
  const added = messages.filter((m) => !there.has(m.id));
  threads.value = new Map(threads.peek()).set(id, {
    ...held,
    messages: merge(held.messages, messages),
  });
  if (added.some((m) => m.from === "agent")) stopTyping(id);
  if (id !== place.peek().id) return;
  const heard = added.findLast((m) => m.from === "customer");
  if (heard) announce(t("arrived", { name: conversation.contact.name, text: gist(heard) }));
  markRead(id);
}

function tally(before: Conversation | undefined, now: Conversation) {
  if (!before && now.revision > 1) return recount();
  const next = { ...counts.peek() };
  for (const view of views) {
    next[view] += Number(inView(now, view)) - Number(before ? inView(before, view) : false);
  }
  counts.value = next;
}

function relist(c: Conversation, before: Conversation | undefined) {
  const current = members.peek();
  if (current.q) return; // search results do not move under the person's eyes
  const inside = belongs(c, current);
  if (inside === current.ids.has(c.id)) return;
  const ids = new Set(current.ids);
  if (inside) ids.add(c.id);
  else ids.delete(c.id);
  // A row of a page not loaded yet was counted before.
  const counted = inside && !before && c.revision > 1 ? 0 : inside ? 1 : -1;
  members.value = { ...current, ids, total: current.total + counted };
}

/** It went to a team whose tickets this person does not see. */
function lose(id: string, revision: number) {
  const before = known.peek().get(id);
  if (!before || before.revision > revision) return;
  const next = { ...counts.peek() };
  for (const view of views) next[view] -= Number(inView(before, view));
  counts.value = next;
  const ids = new Set(members.peek().ids);
  const listed = ids.delete(id);
  if (listed) members.value = { ...members.peek(), ids, total: members.peek().total - 1 };
  known.value = new Map([...known.peek()].filter(([each]) => each !== id));
  threads.value = new Map([...threads.peek()].filter(([each]) => each !== id));
  if (place.peek().id === id) standing.value = { id, state: "gone" };
}

const apply = (events: { event: LiveEvent }[]) =>
  batch(() => {
    for (const { event } of events) {
      if (event.type === "conversation") take(event.conversation, event.messages ?? []);
      else if (event.type === "gone") lose(event.conversation, event.revision);
      else takeTyping(event.conversation, event.who);
    }
  });

function startOver() {
  const { id } = place.peek();
  const open = id && threads.peek().get(id);
  threads.value = new Map(open ? [[id, open]] : []);
  void load();
  if (id) void openThread(id);
}

// ---- what the person writes: shown at once, sent in order, tried until the server has answered ----

type Written = Pick<Pending, "reply" | "shown"> & { note?: boolean };

export function write(conversation: string, { reply, shown, note = false }: Written) {
  keep({ id: reply.id, conversation, note, reply, shown });
  void flush(conversation);
}
export function say(conversation: string, text: string, replyTo: string | null) {
  const reply: Reply = {
    id: crypto.randomUUID(),
    kind: "text",
    text,
    ...(replyTo ? { replyTo } : {}),
  };
  write(conversation, { reply, shown: { kind: "text", text } });
}
export function jot(conversation: string, text: string) {
  const reply: Reply = { id: crypto.randomUUID(), kind: "text", text };
  write(conversation, { note: true, reply, shown: { kind: "text", text } });
}

export function tryAgain(id: string) {
  const entry = pending.peek().find((p) => p.id === id);
  if (!entry) return;
  settle(id, undefined);
  void flush(entry.conversation);
}
export const discard = drop;
/** Take a refused text back into the field where it was written. */
export function takeBack(id: string) {
  const entry = pending.peek().find((p) => p.id === id);
  if (!entry) return;
  keepDraft(entry.conversation, entry.note ? "note" : "reply", entry.shown.text);
  drop(id);
}

const flushing = new Set<string>();
async function flush(conversation: string) {
  if (flushing.has(conversation)) return;
  flushing.add(conversation);
  try {
    let wait = PATIENCE.first;
    for (let next: Pending | undefined; (next = nextOf(conversation));) {
      if (await deliver(next)) wait = PATIENCE.first;
      else {
        await pause(wait);
        wait = Math.min(wait * 2, PATIENCE.most);
      }
    }
  } finally {
    flushing.delete(conversation);
  }
}
const nextOf = (conversation: string) =>
  pending.peek().find((p) => p.conversation === conversation && p.refused === undefined);

/** Whether the server has answered, with a yes or a no. */
async function deliver(entry: Pending): Promise<boolean> {
  const { id, conversation, note, reply, shown } = entry;
  const path = `api/conversations/${encodeURIComponent(conversation)}/`;
  try {
    const saved = note
      ? await post<Message>(`${path}notes`, { id, text: shown.text }, id)
      : await post<Message>(`${path}messages`, reply, id);
    batch(() => {
      const held = threads.peek().get(conversation);
      // The stream may be quicker than this answer, and further: its word stands.
      if (held && !held.messages.some((m) => m.id === saved.id)) {
        const messages = merge(held.messages, [saved]);
        threads.value = new Map(threads.peek()).set(conversation, { ...held, messages });
      }
      drop(id);
    });
  } catch (problem) {
    if (problem instanceof Problem && AWAY.has(problem.status)) return false;
    const why = inWords(problem);
    settle(id, why);
    announce(t("notSent", { reason: why }));
    if (problem instanceof Problem && problem.status === 409) void openThread(conversation);
  }
  return true;
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

let told = { id: "", at: 0 };
/** She sees that somebody writes. */
export function tellTyping(id: string) {
  const now = Date.now();
  if (told.id === id && now - told.at < TYPING_TOLD) return;
  told = { id, at: now };
  post(`api/conversations/${encodeURIComponent(id)}/typing`, {}).catch(() => {}); // a courtesy
}

// ---- changes of ownership wait for the server: of two who claim at once one is told who was first ----

export type Verb = "claim" | "transfer" | "return" | "close" | "reopen" | "tags";
export const acting = signal<Verb | null>(null);

export async function act(verb: Verb, body: object = {}, done = ""): Promise<boolean> {
  const c = selected.peek();
  if (!c || acting.peek()) return false;
  acting.value = verb;
  try {
    const path = `api/conversations/${encodeURIComponent(c.id)}/${verb}`;
    const answer = await post<{ conversation: Conversation }>(path, body);
    batch(() => take(answer.conversation, []));
    if (done) toast(done);
    return true;
  } catch (problem) {
    toast(inWords(problem), "bad");
    void openThread(c.id);
    return false;
  } finally {
    acting.value = null;
  }
}

export const actions = {
  claim: (c: Conversation) => act("claim", {}, t("claimed", { name: c.contact.name })),
  reopen: (c: Conversation) => act("reopen", {}, t("reopened", { name: c.contact.name })),
  return: (c: Conversation) => act("return", {}, t("returned", { name: c.contact.name })),
  close: (c: Conversation, ask: boolean) =>
    act("close", { ask }, t("closed", { name: c.contact.name })),
  transfer: (c: Conversation, to: { id: string; name: string }, note: string) =>
    act(
      "transfer",
      { to: to.id, ...(note ? { note } : {}) },
      t("transferred", { name: c.contact.name, to: to.name }),
    ),
};

/** Tags are shown at once; a refusal puts them back. */
export async function tag(c: Conversation, tags: string[]) {
  const revision = c.revision;
  know([{ ...c, tags }]);
  try {
    const path = `api/conversations/${encodeURIComponent(c.id)}/tags`;
    const answer = await post<{ conversation: Conversation }>(path, { tags });
    take(answer.conversation, []);
  } catch (problem) {
    const now = known.peek().get(c.id);
    if (now?.revision === revision) know([c]);
    toast(inWords(problem), "bad");
  }
}

export async function setAvailable(value: boolean) {
  const before = available.peek();
  available.value = value;
  try {
    await put("api/me/availability", { available: value });
    announce(t(value ? "available" : "away"));
  } catch (problem) {
    available.value = before;
    toast(inWords(problem), "bad");
  }
}

// ---- what dialogs ask for when they open ----

export interface Asked<T> {
  state: "loading" | "ready" | "failed";
  items: T[];
}
const shelfOf = <T>(path: string) => {
  const kept = signal<Asked<T>>({ state: "loading", items: [] });
  const ask = async () => {
    if (kept.peek().state === "failed") kept.value = { state: "loading", items: [] };
    try {
      kept.value = { state: "ready", items: await get<T[]>(path) };
    } catch {
      if (kept.peek().state !== "ready") kept.value = { state: "failed", items: [] };
    }
  };
  return { kept, ask };
};
export const templates = shelfOf<Template>("api/templates");
export const canned = shelfOf<CannedReply>("api/canned");

export async function askAgents() {
  try {
    agents.value = await get<Agent[]>("api/agents");
  } catch {
    // Those whom the page knows are shown; a transfer that is no longer possible is refused.
  }
}

// ---- the end of a session ----

/** Forget what was typed here: the browser may be somebody else's next. */
export function forget() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(shelf)) localStorage.removeItem(key);
  }
}

/** Whether the server still knows this person: a stream that was refused does not say why. */
async function checkSession() {
  try {
    await get<Page>("api/conversations?view=mine&limit=1"); // 401 leads to the sign-in page
  } catch {
    // It is away: the stream tries again by itself.
  }
}

export function start() {
  follow<LiveEvent>("api/events", apply, startOver);

  let before = `${first.view}||`;
  effect(() => {
    const now = `${place.value.view}|${query.value}|${team.value}`;
    if (now === before) return;
    before = now;
    untracked(() => void load());
  });
  effect(() => {
    const { id } = place.value;
    untracked(() => {
      if (id && standing.value.id !== id) void openThread(id);
    });
  });
  let was = connection.peek();
  effect(() => {
    const now = connection.value;
    if (was === "live" && now !== "live" && navigator.onLine) void checkSession();
    was = now;
  });
  effect(() => {
    const waiting = counts.value.queue;
    document.title = `${waiting ? `(${waiting}) ` : ""}${t("inbox")} · ${bot.name}`;
  });
  if (location.pathname === boot.base) go(first.view, null, true);
  new Set(pending.peek().map((p) => p.conversation)).forEach((id) => void flush(id));
}
