/**
 * What the console's API says; services/analytics/console/api.py lists its routes. All times are UTC
 * milliseconds. Figures that nobody knows are null: pages say so instead of showing a zero.
 */

export interface BotName {
  token: string;
  name: string;
  namespace: string;
}

export interface First {
  bot: BotName | null; // null: choose one
  bots: BotName[];
  root: string; // above all bots
  allowed: boolean; // false: a supervisor may see more
  dead: number;
  meaning: boolean; // messages can be found by what they mean
}

export interface Queue {
  stream: "IN" | "OUT" | "EVT" | "DLQ";
  consumer: string;
  depth: number;
  inFlight: number;
  repeated: number;
  waiting: number;
  oldestMs: number;
  rate: number;
}
export interface Store {
  stream: Queue["stream"];
  messages: number;
  bytes: number;
  replicas: number;
  current: number;
  firstAt: number;
  rate: number;
  left: number;
}
export interface Sample {
  at: number;
  queues: Queue[];
  stores: Store[];
  dead: number;
}
export type LiveEvent = { sample: Sample } | { away: true };
export interface History {
  samples: Sample[];
  after: number;
  away: boolean;
}

export interface Letter {
  number: number;
  at: number;
  service: string;
  contact: string;
  reason: string;
  detail: string;
  attempts: number;
  origin: string;
  stream: string;
  sequence: number;
}
export interface OpenedLetter {
  letter: Letter;
  headers: Record<string, string>;
  size: number;
  payload: unknown;
  text: string;
  encoding: "json" | "text" | "base64";
}
export interface Outcome {
  number: number;
  result: "done" | "gone" | "away";
}

export type Author = "customer" | "bot" | "agent" | "campaign" | "platform";
export type OutcomeOf = "open" | "waiting" | "completed" | "handed_off" | "talked" | "";

export interface Talk {
  contact: string;
  name: string;
  phone: string;
  at: number;
  text: string;
  author: Author;
  kind: string;
  // of a contact in a list
  messages?: number;
  sessions?: number;
  missed?: number;
  outcome?: OutcomeOf;
  flow?: string;
  owner?: string;
  // of a message that was found
  message?: string;
  intent?: string;
  score?: number;
}
export interface Talks {
  items: Talk[];
  next: number | null;
  intents: string[];
}

export interface Step {
  ordinal: number;
  what: string; // prosa.dialogue.turns.DecisionKind
  flow: string;
  step: string;
  detail: string;
  score: number | null;
}
export interface Turn {
  id: string;
  at: number;
  owner: string;
  inbounds: string[];
  messages: number;
  intent: string;
  score: number | null;
  understood: "yes" | "clarified" | "no" | "";
  handedOff: boolean;
  program: string;
  session: string;
  steps: Step[];
}
export interface Said {
  id: string;
  at: number;
  author: Author;
  kind: string;
  text: string;
  options: string[];
  replyTo: string;
  wamid: string;
  agent: string;
  campaign: string;
  category: string;
  turn: string;
  status: "" | "sent" | "delivered" | "read" | "played" | "failed";
  deliveredAt: number | null;
  readAt: number | null;
  failedCode: number | null;
  reaction: string;
  edited: boolean;
  revoked: boolean;
  ambiguous: boolean;
}
export interface Move {
  at: number;
  what: "owner" | "handoff" | "failed" | "preference";
  subject: string;
  detail: string;
}
export interface Replay {
  person: {
    contact: string;
    name: string;
    phone: string;
    username: string;
    owner: string;
    marketing: string;
    inbounds: number;
    outbounds: number;
    firstAt: number | null;
    lastInAt: number | null;
  } | null;
  messages: Said[];
  turns: Turn[];
  moves: Move[];
  next: number | null;
}

export interface Question {
  flow: string;
  step: string;
  reached: number;
  left: number;
  handedOff: number;
  repaired: number;
  medianMs: number | null;
  place: number;
}
export interface Flow {
  flow: string;
  started: number;
  completed: number;
  cancelled: number;
  handedOff: number;
  left: number;
  open: number;
  medianMs: number | null;
  questions: Question[];
}
export interface Flows {
  flows: Flow[];
  outcomes: { outcome: OutcomeOf; conversations: number; turns: number }[];
}

export interface Intent {
  intent: string;
  understood: number;
  clarified: number;
  low: number;
  medianScore: number | null;
}
export interface Miss {
  text: string;
  kind: "not_understood" | "clarified" | "low";
  times: number;
  guess: string;
  score: number | null;
  contact: string;
  at: number;
}
export interface Intents {
  intents: Intent[];
  misses: Miss[];
  at: number[];
  verdicts: Record<string, number[]>;
  low: number;
}

export interface Tickets {
  tickets: number;
  closed: number;
  lateFirstReply: number;
  lateResolution: number;
  firstReplyMs: number | null;
  firstReplyP90Ms?: number | null;
  resolutionMs: number | null;
  transfers?: number; // of a team or an agent
  ratings: number;
  rating: number | null;
}
export interface People {
  summary: Tickets;
  now: { waiting: number; held: number; oldestAt: number | null };
  at: number[];
  load: { opened: number[]; closed: number[]; held: number[] };
  teams: (Tickets & { team: string })[];
  agents: (Tickets & { agent: string })[];
  ratings: { rating: number; tickets: number }[];
  reasons: { reason: string; handoffs: number }[];
}

export interface Campaign {
  campaign: string;
  sent: number;
  delivered: number;
  read: number;
  replied: number;
  optedOut: number;
  failed: number;
  lastAt: number | null;
  cost: number | null;
}
export interface Campaigns {
  campaigns: Campaign[];
  billed: { campaign: string; billableAs: string; messages: number }[];
  failures: { campaign: string; reason: string; code: number; messages: number }[];
  runs: {
    campaign: string;
    at: number;
    considered: number;
    queued: number;
    skipped: Record<string, number>;
  }[];
  at: number[];
  daily: Record<string, number[]>;
  currency: string;
}

export interface Costs {
  totals: {
    received: number;
    sent: number;
    failed: number;
    delivered: number;
    read: number;
    contacts: number;
  };
  categories: {
    category: string;
    author: Author;
    kind: string;
    messages: number;
    delivered: number;
    read: number;
    failed: number;
  }[];
  at: number[];
  volume: Record<string, number[]>;
  billed: Record<string, number[]>;
  bills: { billableAs: string; messages: number; price: number | null; cost: number | null }[];
  currency: string;
}

export interface Data {
  tables: { name: string; rows: number }[];
  progress: { stream: string; sequence: number; taken: number; missed: number }[];
  oddities: { stream: string; reason: string; messages: number; lastAt: number }[];
  days: {
    day: string; // a UTC day
    exported: boolean;
    current: boolean;
    rows: number | null;
    bytes: number | null;
    exportedAt: number | null;
  }[];
  storage: {
    bytes: number | null;
    oldestAt: number | null;
    newestAt: number | null;
    texts: number;
    embedded: number;
    model: string;
    erased: number;
  };
}
