/**
 * What the person wrote and the server has not confirmed: kept in localStorage, one entry a message,
 * so that a reload, a lost answer or an expired session loses and repeats nothing. The id made here
 * is the message's and the idempotency key. Nothing is sent from here: store.ts does.
 */
import { boot, skew } from "@kit/boot";
import { signal } from "@preact/signals";
import type { Message, Reply } from "./contract";
import { shelf } from "./drafts";

export interface Pending {
  id: string;
  conversation: string;
  at: number;
  note: boolean;
  reply: Reply;
  shown: Pick<Message, "kind" | "text" | "media" | "options">; // how it looks until it is there
  refused?: string; // why, in the person's words; nothing is tried again until she says so
}

const key = (id: string) => `${shelf}outbox:${id}`;

function load(): Pending[] {
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(key("")))
    .map((name) => JSON.parse(localStorage.getItem(name)!) as Pending)
    .sort((a, b) => a.at - b.at);
}

export const pending = signal(load());

export function keep(entry: Omit<Pending, "id" | "at"> & { id: string }): Pending {
  const kept = { ...entry, at: Date.now() + skew };
  localStorage.setItem(key(kept.id), JSON.stringify(kept));
  pending.value = [...pending.value, kept];
  return kept;
}

/** Mark an entry as refused, or as one to try again. */
export function settle(id: string, refused: string | undefined) {
  pending.value = pending.value.map((entry) => {
    if (entry.id !== id) return entry;
    const { refused: _, ...rest } = entry;
    const changed: Pending = refused === undefined ? rest : { ...rest, refused };
    localStorage.setItem(key(id), JSON.stringify(changed));
    return changed;
  });
}

export function drop(id: string) {
  localStorage.removeItem(key(id));
  pending.value = pending.value.filter((entry) => entry.id !== id);
}

/** The message as the timeline shows it meanwhile. */
export const preview = ({ id, at, note, reply, shown, refused }: Pending): Message => ({
  id,
  at,
  from: note ? "note" : "agent",
  author: boot.user.name,
  ...(note ? {} : { tick: refused === undefined ? "queued" : "failed" }),
  ...("replyTo" in reply && reply.replyTo ? { replyTo: reply.replyTo } : {}),
  ...shown,
});
