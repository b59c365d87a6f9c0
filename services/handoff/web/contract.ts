/**
 * What the inbox's API says and takes. All times are UTC milliseconds; ids are opaque.
 *
 * GET  api/conversations?view=&q=&team=&cursor=&limit=      Page
 * GET  api/conversations/:id                                Opened
 * GET  api/conversations/:id/messages?before=&limit=        { messages, more }
 * GET  api/conversations/:id/media/:message                 the file
 * POST api/conversations/:id/messages   Reply               202 Message   (Idempotency-Key = id)
 * POST api/conversations/:id/uploads    multipart `file`    201 { upload, mimeType, filename, bytes }
 * POST api/conversations/:id/notes      { id, text }        201 Message
 * POST api/conversations/:id/claim      {}                  { conversation }; 409 names who was first
 * POST api/conversations/:id/transfer   { to, note? }       `to` is an agent's id or "team:<name>"
 * POST api/conversations/:id/return     {}                  back to the bot
 * POST api/conversations/:id/close      { ask: boolean }    ask: the satisfaction question
 * POST api/conversations/:id/reopen     {}
 * POST api/conversations/:id/tags       { tags }
 * POST api/conversations/:id/read       {}
 * POST api/conversations/:id/typing     {}                  shows her the typing indicator
 * GET  api/events?after=                                    server-sent LiveEvent
 * GET  api/canned?q=                                        CannedReply[]
 * GET  api/templates                                        Template[]
 * GET  api/agents                                           Agent[]
 * GET  api/audit?cursor=&conversation=                      { items: AuditEntry[], next }  (supervisor)
 * PUT  api/me/availability              { available }
 *
 * claim, transfer, return, close, reopen and tags answer 200 { conversation }, as it is now.
 * Refusals are RFC 9457 problems: { title, status, code, … }. `code` is a `Refusal`, which the page
 * puts into words (`refusal.<code>` of texts.ts); one that it does not know is shown by its title.
 */

/** Why something was not done. Members beside a code stand after it. */
export type Refusal =
  | "claimed" // 409: somebody was first; by: Person
  | "not_yours" // 409: only whoever has claimed it may; by: Person | null
  | "window_closed" // 409: more than 24 h since her last message: templates only
  | "not_closed" // 409: there is nothing to reopen
  | "closed" // 409: it is closed already
  | "unreachable" // 409: she blocked the number, or has no WhatsApp any more
  | "role" // 403; role: the least that may
  | "gone" // 404: no such conversation, upload, agent or team
  | "too_large" // 413; limit: bytes
  | "type_refused" // 415: WhatsApp takes no such file
  | "template_refused" // 422: no such template, or not with these parameters
  | "invalid" // 422
  | "away"; // 503: a store does not answer; nothing was changed

export type Owner = "queue" | "human" | "bot" | "standby" | "closed";
export type View = "queue" | "mine" | "open" | "bot" | "closed" | "all"; // open: somebody has it

export interface Person {
  id: string;
  name: string;
}

export interface Agent extends Person {
  available: boolean;
  teams: string[];
  load: number; // open tickets
}

export interface Conversation {
  id: string; // the ticket's
  revision: number; // an older one never replaces a newer
  contact: Person & { phone: string };
  owner: Owner;
  assignee: Person | null;
  team: string;
  tags: string[];
  unread: number;
  lastText: string;
  lastFrom: "customer" | "bot" | "agent" | "campaign";
  lastAt: number;
  windowEndsAt: number;
  waitingSince: number | null;
  firstReplyDueAt: number | null; // null once kept, or while the clock stands still
  resolutionDueAt: number | null;
  firstReplyAt: number | null; // when an agent first answered; null until then
  late: ("first_reply" | "resolution")[];
  reason: string; // why it came to people: step | asked | repair | failed …
  summary: string;
  slots: Record<string, unknown>;
  openedAt: number;
  rating: number | null;
}

export type Tick = "queued" | "sent" | "delivered" | "read" | "failed";

export interface Media {
  kind: "image" | "video" | "audio" | "document" | "sticker";
  mimeType: string;
  filename: string;
  voice?: boolean;
}

export interface Message {
  id: string; // wamid, the client's id, or the event's
  at: number;
  from: "customer" | "bot" | "agent" | "campaign" | "note" | "event";
  kind:
    | "text"
    | "media"
    | "location"
    | "contacts"
    | "choice"
    | "buttons"
    | "list"
    | "link"
    | "template"
    | "order"
    | "form"
    | "unsupported"
    | "event";
  text: string;
  tick?: Tick;
  reason?: string; // of a failure: Meta's code or our word
  author?: string; // an agent's name
  event?: string; // opened | claimed | transferred | returned | closed | escalated | rated …
  to?: string;
  replyTo?: string;
  options?: string[]; // titles of buttons or rows
  media?: Media;
  location?: { latitude: number; longitude: number; name?: string; address?: string };
  contacts?: { name: string; phone?: string }[];
  url?: string; // of a link's button
  reaction?: string;
  edited?: boolean;
  revoked?: boolean;
}

export interface Page {
  items: Conversation[];
  total: number;
  next: string | null;
  counts: Record<View, number>;
  after: number; // the stream sequence up to which this is true
}

export interface Opened {
  conversation: Conversation;
  messages: Message[];
  more: boolean;
  history: { id: string; openedAt: number; closedAt: number | null; summary: string }[]; // her earlier tickets
  after: number;
}

export type Reply =
  | { id: string; kind: "text"; text: string; replyTo?: string }
  | { id: string; kind: "template"; name: string; language: string; parameters: string[] }
  | { id: string; kind: "media"; upload: string; caption: string };

export interface CannedReply {
  name: string;
  text: string;
}

export interface Template {
  name: string;
  language: string;
  category: string;
  header: string;
  body: string; // with {{1}} …
  footer: string;
  buttons: string[];
  parameters: number;
}

export interface AuditEntry {
  id: string;
  at: number;
  who: string;
  action: string;
  conversation: string | null;
  detail: Record<string, unknown>;
}

export type LiveEvent =
  | { type: "conversation"; conversation: Conversation; messages: Message[] }
  | { type: "gone"; conversation: string; revision: number } // it is no longer this person's to see
  | { type: "typing"; conversation: string; who: string }; // an agent's id

/** The first data of the page's shell (`boot.data`). */
export interface Boot extends Page {
  view: View;
  bot: { token: string; name: string };
  bots?: { token: string; name: string }[]; // all that this person may open, when they are several
  agents: Agent[];
  teams: string[];
  available: boolean;
  asks: boolean; // whether the bot has a satisfaction question
}
