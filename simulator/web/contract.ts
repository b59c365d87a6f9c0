/** What the simulator's phone API says and takes. Sides are the phone's: "out" is the customer's. */

export interface Customer {
  id: string;
  name: string;
  phone: string;
  userId: string; // Meta's business-scoped user id
  hidden: boolean; // the business learns no phone number, only the user id
  window: number | null; // ms UTC at which the 24 h service window closes
}

export interface Business {
  name: string;
  phone: string;
  phoneNumberId: string;
}

export type Side = "in" | "out";

export interface Media {
  url: string; // relative to the page's base
  mimeType: string;
  filename?: string;
  voice?: boolean;
}

export interface Location {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
}

export interface Card {
  name: string;
  phone?: string;
}

export interface Message {
  id: string; // wamid
  at: number; // ms UTC
  side: Side;
  kind:
    | "text"
    | "image"
    | "video"
    | "audio"
    | "document"
    | "sticker"
    | "location"
    | "contacts"
    | "buttons"
    | "list"
    | "cta"
    | "template"
    | "order"
    | "location_request"
    | "unsupported";
  text: string;
  state: "sent" | "delivered" | "read" | "failed";
  error?: string;
  header?: { kind: "text" | "image" | "video" | "document"; text?: string; media?: Media };
  footer?: string;
  buttons?: { id: string; title: string }[];
  button?: string; // the label that opens the list
  sections?: Section[];
  link?: { title: string; url: string };
  media?: Media;
  location?: Location;
  contacts?: Card[];
  quotes?: string; // wamid
  reactions?: { side: Side; emoji: string }[];
}

export interface Section {
  title: string;
  rows: { id: string; title: string; description?: string }[];
}

/** One webhook that the simulator sent, or one request that it answered. */
export interface Entry {
  id: number;
  at: number;
  kind: "webhook" | "request";
  what: string;
  status: number; // 0: no answer came
  ms: number;
  attempt?: number;
  customer?: string;
  body: unknown;
  answer?: unknown;
}

export const faultNames = [
  "rate",
  "error",
  "slow",
  "hang",
  "reset",
  "tokenExpired",
  "silent",
  "duplicate",
  "shuffle",
  "hidden",
] as const;
export type FaultName = (typeof faultNames)[number];
export type Faults = Record<FaultName, boolean>;

export interface Snapshot {
  business: Business;
  businesses: Business[];
  customers: Customer[];
  threads: Record<string, Message[]>;
  traffic: Entry[];
  faults: Faults;
  templates: string[];
}

export type Event =
  | { type: "message"; who: string; message: Message }
  | { type: "traffic"; entry: Entry }
  | { type: "typing"; who: string; until: number }
  | { type: "faults"; faults: Faults }
  | { type: "customer"; customer: Customer };

export type Attachment = "image" | "video" | "audio" | "document" | "sticker";

/** What a customer does: the body of `POST api/messages`, without who and which. */
export interface Act {
  kind: "text" | "button" | "list" | "location" | "contacts" | "reaction" | Attachment;
  text?: string;
  replyTo?: string;
  messageId?: string;
  buttonId?: string;
  rowId?: string;
  media?: { data: string; mimeType: string; filename: string }; // data: base64
  sample?: true; // the simulator brings a file of its own
  location?: Location;
  contacts?: Card[];
  emoji?: string; // "" takes a reaction back
}
