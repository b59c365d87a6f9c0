/**
 * A period of whole days in the bot's time zone: the last so many, or from one day to another.
 *
 * Days travel as ISO dates, so an address means the same days to whoever opens it; the server turns
 * them into instants.
 */
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { boot } from "./boot";
import { t } from "./figures";
import { clock } from "./time";
import { Button, Icon, type IconNode } from "./ui";

export interface Days {
  from: string; // ISO date, included
  to: string; // ISO date, included
}

const iso = new Intl.DateTimeFormat("en-CA", {
  timeZone: boot.timeZone,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});
const DAY = 86_400_000;
const PRESETS = [1, 7, 30, 90] as const;
const LONGEST = 400; // days, as the server allows

const calendar: IconNode = [
  ["path", { d: "M8 2v4M16 2v4M3 10h18" }],
  ["rect", { width: 18, height: 18, x: 3, y: 4, rx: 2 }],
];

export const today = () => iso.format(clock.value);
/** The last `n` days, today included. */
export const lastDays = (n: number): Days => ({ from: shift(today(), 1 - n), to: today() });

export function shift(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10);
}
export const length = ({ from, to }: Days) =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;

const short = new Intl.DateTimeFormat(boot.locale, {
  timeZone: "UTC",
  day: "numeric",
  month: "short",
});
const shown = (day: string) => short.format(Date.parse(`${day}T00:00:00Z`)).replace(".", "");

export function named(days: Days): string {
  const n = length(days);
  if (days.to === today() && (PRESETS as readonly number[]).includes(n))
    return n === 1 ? t("today") : t("lastDays", { n });
  return days.from === days.to ? shown(days.from) : `${shown(days.from)} – ${shown(days.to)}`;
}

export function DateRange({ days, onChoose }: { days: Days; onChoose: (days: Days) => void }) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const from = useSignal(days.from);
  const to = useSignal(days.to);
  const open = useSignal(false);
  const own: Days = { from: from.value, to: to.value };
  const possible = own.from !== "" && own.from <= own.to && length(own) <= LONGEST;
  const choose = (chosen: Days) => {
    box.current!.hidePopover();
    onChoose(chosen);
  };
  return (
    <>
      <button
        type="button"
        class="button plain"
        popovertarget={id}
        aria-haspopup="dialog"
        aria-expanded={open.value}
      >
        <Icon icon={calendar} />
        <span>{named(days)}</span>
      </button>
      <div
        id={id}
        ref={box}
        class={open.value ? "menu range placed" : "menu range"}
        popover="auto"
        role="dialog"
        aria-label={t("period")}
        onToggle={(event) => {
          open.value = event.newState === "open";
          if (!open.value) return;
          from.value = days.from;
          to.value = days.to;
          place(box.current!, document.querySelector(`[popovertarget="${id}"]`)!);
          box.current!.querySelector<HTMLElement>("[aria-pressed=true], button")?.focus();
        }}
      >
        <div class="presets" role="group" aria-label={t("period")}>
          {PRESETS.map((n) => {
            const preset = lastDays(n);
            const same = preset.from === days.from && preset.to === days.to;
            return (
              <button key={n} type="button" aria-pressed={same} onClick={() => choose(preset)}>
                {n === 1 ? t("today") : t("lastDays", { n })}
              </button>
            );
          })}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (possible) choose(own);
          }}
        >
          <label>
            {t("from")}
            <input
              class="field"
              type="date"
              value={from.value}
              max={today()}
              onInput={(event) => {
                from.value = event.currentTarget.value;
              }}
            />
          </label>
          <label>
            {t("to")}
            <input
              class="field"
              type="date"
              value={to.value}
              max={today()}
              onInput={(event) => {
                to.value = event.currentTarget.value;
              }}
            />
          </label>
          <Button type="submit" kind="primary" disabled={!possible}>
            {t("apply")}
          </Button>
        </form>
      </div>
    </>
  );
}

/** Below its button and within the window; CSS anchors are not in every browser that we serve. */
function place(box: HTMLElement, button: HTMLElement) {
  const at = button.getBoundingClientRect();
  box.style.top = `${at.bottom + 6}px`;
  box.style.left = `${Math.max(6, Math.min(at.right - box.offsetWidth, innerWidth - box.offsetWidth - 6))}px`;
}
