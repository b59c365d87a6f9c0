/**
 * What the customer did and the simulator has not confirmed: kept in localStorage, one entry an act,
 * so that a reload, a lost answer or a simulator that is starting again loses and repeats nothing.
 * The id made here is the idempotency key. Nothing is sent from here: store.ts does.
 */
import type { Act, Message } from "./contract";

export interface Pending {
  id: string;
  who: string;
  at: number;
  act: Act;
  refused?: string; // the simulator's reason; nothing is tried again until the person says so
}

export function outboxOf(prefix: string) {
  const key = (id: string) => `${prefix}outbox:${id}`;
  return {
    load(): Pending[] {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(key("")))
        .map((name) => JSON.parse(localStorage.getItem(name)!) as Pending)
        .sort((a, b) => a.at - b.at);
    },
    keep(pending: Pending) {
      try {
        localStorage.setItem(key(pending.id), JSON.stringify(pending));
      } catch {
        // A large attachment does not fit: it lives as long as the page.
      }
    },
    drop(id: string) {
      localStorage.removeItem(key(id));
    },
  };
}

/** The message as it will look; its wamid comes with the answer, until then it has our id. */
export function preview({ id, at, act }: Pending): Message {
  const spoken = act.kind === "button" || act.kind === "list" || act.kind === "reaction";
  return {
    id,
    at,
    side: "out",
    kind: spoken ? "text" : (act.kind as Message["kind"]),
    text: act.text ?? "",
    state: "sent",
    ...(act.replyTo || act.messageId ? { quotes: act.replyTo ?? act.messageId! } : {}),
    ...(act.location ? { location: act.location } : {}),
    ...(act.contacts ? { contacts: act.contacts } : {}),
    ...(act.media
      ? {
          media: {
            url: `data:${act.media.mimeType};base64,${act.media.data}`,
            mimeType: act.media.mimeType,
            filename: act.media.filename,
          },
        }
      : {}),
  };
}
