/** What the sections share: tiles, lists of bars, the states of an answer, words for people. */
import { Sparkline } from "@kit/chart";
import { number } from "@kit/i18n";
import { clock, full, span, stamp, time } from "@kit/time";
import { Badge, Button, Empty, Failure, type IconNode } from "@kit/ui";
import { CircleCheck, Flag, Hourglass, MessageCircle, RotateCw, UserRound } from "lucide";
import type { ComponentChildren } from "preact";
import type { Answer } from "./answers";
import type { OutcomeOf } from "./contract";
import { type Key, t, word } from "./texts";

export const NONE = "–";

export function Tile({
  label,
  value,
  unit,
  more,
  tone,
  trend,
  color,
  hint,
}: {
  label: string;
  value: string;
  unit?: string | undefined;
  more?: ComponentChildren;
  tone?: "bad" | "warn" | "ok" | undefined;
  trend?: number[];
  color?: `--${string}`;
  hint?: string;
}) {
  return (
    <div class={`tile ${tone ?? ""}`} title={hint}>
      <dt>{label}</dt>
      <dd>
        <b class="num">{value}</b>
        {unit && <span class="unit">{unit}</span>}
        {trend && <Sparkline values={trend} color={color ?? "--c1"} />}
      </dd>
      {more !== undefined && <dd class="more num">{more}</dd>}
    </div>
  );
}

export interface Bar {
  key: string;
  label: ComponentChildren;
  value: number;
  figure: string;
  more?: string;
  parts?: { value: number; color: `--${string}` }[]; // in place of one bar
}

/** Bars over one scale; their figures stand beside them, so the bars themselves say nothing. */
export function Bars({ bars, most }: { bars: Bar[]; most?: number }) {
  const whole = Math.max(1, most ?? Math.max(...bars.map((bar) => bar.value)));
  const width = (value: number) => `${(100 * value) / whole}%`;
  return (
    <ul class="bars">
      {bars.map((bar) => (
        <li key={bar.key}>
          <span class="truncate">{bar.label}</span>
          <span class="figure">
            {bar.figure}
            {bar.more && <small>{bar.more}</small>}
          </span>
          <span class="track" aria-hidden="true">
            {bar.parts
              ? bar.parts
                  .filter((part) => part.value > 0)
                  .map((part) => (
                    <i
                      key={part.color}
                      style={{ width: width(part.value), background: `var(${part.color})` }}
                    />
                  ))
              : bar.value > 0 && <i style={{ width: width(bar.value) }} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A panel that holds anything but a table. */
export function Panel({
  title,
  more,
  actions,
  children,
  class: own,
}: {
  title: string;
  more?: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <section class={`panel ${own ?? ""}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {actions}
        {more && <p>{more}</p>}
      </header>
      {children}
    </section>
  );
}

/** The states of an answer: the first time a frame, then what is known, and why it is not newer. */
export function Answered<T>({
  answer,
  children,
}: {
  answer: Answer<T>;
  children: (data: T) => ComponentChildren;
}) {
  const { data, problem, loading, again, at } = answer;
  if (data === undefined)
    return problem ? (
      <div class="panel">
        <Failure
          title={t("failed.title")}
          detail={said(problem.code, problem.unreachable)}
          retry={again}
          again={t("again")}
        />
      </div>
    ) : (
      <Waiting />
    );
  return (
    <div class={`answered ${loading ? "loading" : ""}`} aria-busy={loading}>
      {problem && (
        <div class="old" role="status">
          <span>
            {said(problem.code, problem.unreachable)} {t("asOf", { time: time(at) })}
          </span>
          <Button small icon={RotateCw} onClick={again}>
            {t("again")}
          </Button>
        </div>
      )}
      {children(data)}
    </div>
  );
}

export const Waiting = () => (
  <div class="waiting" aria-hidden="true">
    <div class="tiles">
      {[0, 1, 2, 3].map((n) => (
        <div key={n} class="tile ghost" />
      ))}
    </div>
    <div class="chart ghost" />
    <div class="panel ghost" />
  </div>
);

/** A refusal in the person's words. */
export function said(code: string, unreachable = false): string {
  if (unreachable) return t("failed.offline");
  return word(`failed.${code}`) ?? t("failed.other");
}

export const Nothing = ({
  icon,
  title,
  children,
}: {
  icon: IconNode;
  title: string;
  children?: ComponentChildren;
}) => (
  <Empty icon={icon} title={title}>
    {children && <p>{children}</p>}
  </Empty>
);

export function When({ at, long }: { at: number; long?: boolean }) {
  return (
    <time class="nowrap" dateTime={new Date(at).toISOString()} title={full(at)}>
      {long ? full(at) : stamp(at)}
    </time>
  );
}
export const ago = (at: number) => t("ago", { span: span(clock.value - at) });

const TONES: Record<string, "neutral" | "ok" | "warn" | "bad" | "info"> = {
  completed: "ok",
  handed_off: "info",
  waiting: "warn",
  open: "neutral",
  talked: "neutral",
};
const ICONS: Record<string, IconNode> = {
  completed: CircleCheck,
  handed_off: UserRound,
  waiting: Flag,
  open: Hourglass,
  talked: MessageCircle,
};
/** How a conversation stands; never by colour alone. */
export function Fate({ outcome }: { outcome: OutcomeOf }) {
  if (!outcome) return <span class="zero">{NONE}</span>;
  return (
    <Badge tone={TONES[outcome] ?? "neutral"} icon={ICONS[outcome] ?? MessageCircle}>
      {t(`outcome.${outcome}` as Key)}
    </Badge>
  );
}

/** A figure, or the sign that there is none: a zero is grey. */
export const count = (n: number | null | undefined) =>
  n == null ? <span class="zero">{NONE}</span> : n === 0 ? <span class="zero">0</span> : number(n);
export const share = (part: number, whole: number) =>
  whole > 0 ? `${number((100 * part) / whole, part && part / whole < 0.1 ? 1 : 0)}%` : NONE;
/** A span as people say it: below a second in milliseconds, below ten with a decimal. */
export function lasting(ms: number | null | undefined): string {
  if (ms == null) return NONE;
  if (ms < 1000) return `${number(ms)} ms`;
  if (ms < 10_000) return `${number(ms / 1000, 1)} s`;
  return span(ms);
}
export const bytes = (n: number | null) => {
  if (n == null) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let place = 0;
  while (n >= 1000 && place < units.length - 1) {
    n /= 1000;
    place++;
  }
  return `${number(n, place && n < 100 ? 1 : 0)} ${units[place]}`;
};
export const money = (amount: number | null, currency: string) =>
  amount == null || !currency
    ? NONE
    : new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(
        amount,
      );
export const whom = (name: string, phone: string, contact: string) =>
  name || (phone ? `+${phone}` : contact);
