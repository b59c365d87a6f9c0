/** Times are UTC milliseconds on the wire and are shown in the bot's time zone, so a team reads one clock. */
import { signal } from "@preact/signals";
import { boot, skew } from "./boot";

export const clock = signal(Date.now() + skew);
setInterval(() => {
  clock.value = Date.now() + skew;
}, 15_000);

const LAST_MINUTE = 60_000;
/** Keeps the clock exact around an instant: each second of the last minute before it, then at it. */
export function exactUntil(at: number): () => void {
  let timer = 0;
  const wait = () => {
    const left = at - (Date.now() + skew);
    if (left < -1000) return;
    const next = left > LAST_MINUTE ? left - LAST_MINUTE : left > 0 ? Math.min(left, 1000) : 1000;
    timer = window.setTimeout(
      () => {
        clock.value = Date.now() + skew;
        wait();
      },
      Math.min(next, 2 ** 31 - 1), // what setTimeout can hold
    );
  };
  wait();
  return () => clearTimeout(timer);
}

const format = (options: Intl.DateTimeFormatOptions) => {
  const f = new Intl.DateTimeFormat(boot.locale, { timeZone: boot.timeZone, ...options });
  return (ms: number) => f.format(ms);
};
export const time = format({ hour: "2-digit", minute: "2-digit" });
export const seconds = format({
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
export const full = format({ dateStyle: "full", timeStyle: "short" });
const dayKey = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const shortDay = format({ day: "numeric", month: "short" });
const longDay = format({ weekday: "long", day: "numeric", month: "long" });
const relativeDay = new Intl.RelativeTimeFormat(boot.locale, { numeric: "auto" });

export const sameDay = (a: number, b: number) => dayKey(a) === dayKey(b);
const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
export function day(ms: number): string {
  if (sameDay(ms, clock.value)) return upper(relativeDay.format(0, "day"));
  if (sameDay(ms, clock.value - 86_400_000)) return upper(relativeDay.format(-1, "day"));
  return upper(longDay(ms));
}
/** For lists: the hour today, otherwise the day. */
export const stamp = (ms: number) =>
  sameDay(ms, clock.value) ? time(ms) : shortDay(ms).replace(".", "");
/** A span: 45 s, 12 min, 3 h 05, 2 d. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400)
    return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}`;
  return `${Math.floor(s / 86_400)} d`;
}
