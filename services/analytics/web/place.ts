/** Where the person is: a section, what is open in it, and the question; all of it in the address. */
import { boot } from "@kit/boot";
import { type Days, lastDays, length } from "@kit/range";
import { computed, signal } from "@preact/signals";

export const SECTIONS = [
  "queues",
  "dead",
  "data",
  "conversations",
  "flows",
  "intents",
  "people",
  "campaigns",
  "costs",
] as const;
export type SectionId = (typeof SECTIONS)[number];

interface Place {
  section: SectionId;
  open: string; // what stands behind the section's name: a letter, a contact, a flow
  query: URLSearchParams;
}

function read(): Place {
  const [section = "", ...rest] = location.pathname.slice(boot.base.length).split("/");
  return {
    section: (SECTIONS as readonly string[]).includes(section) ? (section as SectionId) : "queues",
    open: decodeURIComponent(rest.join("/")),
    query: new URLSearchParams(location.search),
  };
}

export const place = signal(read());
addEventListener("popstate", () => {
  place.value = read();
});

const ISO = /^\d{4}-\d{2}-\d{2}$/;
const KEPT = ["from", "to"]; // a period goes along from section to section

/** The period in the address, else the last seven days. */
export const days = computed<Days>(() => {
  const own = {
    from: place.value.query.get("from") ?? "",
    to: place.value.query.get("to") ?? "",
  };
  return ISO.test(own.from) && ISO.test(own.to) && length(own) > 0 ? own : lastDays(7);
});

/** The address of a section, with the period that is chosen. */
export function href(
  section: SectionId,
  open = "",
  more: Record<string, string | number | undefined> = {},
): string {
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = place.value.query.get(name);
    if (value) query.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  const path = open ? `${section}/${encodeURIComponent(open)}` : section;
  return `${boot.base}${path}${query.size ? `?${query}` : ""}`;
}

export function go(to: string, how: "push" | "replace" = "push") {
  if (how === "push") history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  place.value = read();
}

/** Change the question and stay where one is: what is typed makes no trail of addresses. */
export function ask(more: Record<string, string | undefined>, how: "push" | "replace" = "replace") {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(more)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  go(`${location.pathname}${query.size ? `?${query}` : ""}`, how);
}

/** What the API is asked: a path below `api/`, with the period and what else is given. */
export function question(path: string, more: Record<string, string | number | undefined> = {}) {
  const query = new URLSearchParams({ ...days.value });
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return `api/${path}?${query}`;
}
/** The address of a table as a file. */
export const file = (
  section: string,
  part: string,
  more: Record<string, string | undefined> = {},
) => boot.base + question(`files/${section}/${part}.csv`, more);

/** Let links below our base change the page without loading it again. */
export const followLinks = () => addEventListener("click", follow);
function follow(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest("a");
  if (!link || link.target || link.hasAttribute("download")) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !to.pathname.startsWith(boot.base)) return;
  event.preventDefault();
  if (to.href !== location.href) go(to.href);
}
