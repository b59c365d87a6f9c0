/**
 * What was typed and not sent, kept in localStorage: it outlives the page, a window that closes, an
 * expired session. Replies and notes apart, so that no note is ever sent to a customer by mistake.
 */
import { boot } from "@kit/boot";
import { signal } from "@preact/signals";

export const shelf = `prosa:inbox:${boot.base}${boot.user.id}:`;
const prefix = `${shelf}draft:`;

export type Kind = "reply" | "note";
const name = (id: string, kind: Kind) => `${kind}:${id}`;

function load(): Map<string, string> {
  const found = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return new Map(found.map((key) => [key.slice(prefix.length), localStorage.getItem(key)!]));
}

const drafts = signal(load());

export const draft = (id: string, kind: Kind) => drafts.value.get(name(id, kind)) ?? "";

export function keepDraft(id: string, kind: Kind, text: string) {
  const next = new Map(drafts.peek());
  if (text) {
    next.set(name(id, kind), text);
    localStorage.setItem(prefix + name(id, kind), text);
  } else {
    next.delete(name(id, kind));
    localStorage.removeItem(prefix + name(id, kind));
  }
  drafts.value = next;
}
