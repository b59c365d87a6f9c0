/** Deadlines and the 24-hour window: always in words; colour only says it once more. */
import { clock, full, span } from "@kit/time";
import { Badge } from "@kit/ui";
import { AlarmClock, AlarmClockOff, Check, Pause, Timer, TimerOff } from "lucide";
import type { Conversation } from "./contract";
import { t } from "./texts";

const HOUR = 3_600_000;
const SOON = { first_reply: 15 * 60_000, resolution: HOUR } as const;
const WINDOW_SOON = 2 * HOUR;
type Clock = keyof typeof SOON;

export const windowLeft = (c: Conversation) => c.windowEndsAt - clock.value;

/** How long is left until a deadline, or how late it is. */
function Deadline({ which, at }: { which: Clock; at: number }) {
  const left = at - clock.value;
  if (left < 0) {
    return (
      <Badge tone="bad" icon={AlarmClockOff} title={full(at)}>
        {t(`overdue.${which}`, { span: span(-left) })}
      </Badge>
    );
  }
  const words = t(`due.${which}`, { span: span(left) });
  if (left > SOON[which]) {
    return (
      <span class="quiet num" title={full(at)}>
        {words}
      </span>
    );
  }
  return (
    <Badge tone="warn" icon={AlarmClock} title={full(at)}>
      {words}
    </Badge>
  );
}

/** For a row: the deadline that comes first, or that one was missed. */
export function Due({ c }: { c: Conversation }) {
  if (c.firstReplyDueAt !== null) return <Deadline which="first_reply" at={c.firstReplyDueAt} />;
  if (c.owner === "closed" || c.owner === "bot") return null;
  if (c.resolutionDueAt !== null) return <Deadline which="resolution" at={c.resolutionDueAt} />;
  return null;
}

/** For the details: one clock, and where it stands. */
export function ClockState({ c, which }: { c: Conversation; which: Clock }) {
  const at = which === "first_reply" ? c.firstReplyDueAt : c.resolutionDueAt;
  const late = c.late.includes(which);
  if (at !== null) return <Deadline which={which} at={at} />;
  if (late) {
    return (
      <Badge tone="bad" icon={AlarmClockOff}>
        {t("missed")}
      </Badge>
    );
  }
  if (c.owner === "bot") return <>—</>;
  const kept = which === "first_reply" ? c.firstReplyAt !== null : c.owner === "closed";
  return kept ? (
    <Badge tone="ok" icon={Check}>
      {t("kept")}
    </Badge>
  ) : (
    <Badge icon={Pause} title={t("standingStillWhy")}>
      {t("standingStill")}
    </Badge>
  );
}

/** For a row: only when it matters. */
export function WindowBadge({ c }: { c: Conversation }) {
  const left = windowLeft(c);
  if (c.owner === "closed" || c.owner === "bot" || left > WINDOW_SOON) return null;
  if (left <= 0) {
    return (
      <Badge icon={TimerOff} title={t("windowClosed")}>
        <span class="roomy">{t("windowClosed")}</span>
      </Badge>
    );
  }
  return (
    <Badge tone="warn" icon={Timer} title={t("window", { span: span(left) })}>
      <span>
        <span class="roomy">{t("windowShort")} </span>
        {span(left)}
      </span>
    </Badge>
  );
}

/** For the conversation's head: the countdown. */
export function WindowChip({ c }: { c: Conversation }) {
  const left = windowLeft(c);
  if (left <= 0) {
    return (
      <Badge tone="bad" icon={TimerOff} title={t("windowClosedWhy")}>
        {t("windowClosed")}
      </Badge>
    );
  }
  const words = t("window", { span: span(left) });
  return (
    <Badge tone={left < WINDOW_SOON ? "warn" : "neutral"} icon={Timer} title={words}>
      <span class="sr">{words}</span>
      <span aria-hidden="true">{span(left)}</span>
    </Badge>
  );
}
