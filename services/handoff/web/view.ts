/** What is open on this screen; nothing of it matters to the server. */
import { signal } from "@preact/signals";

export type DialogName = "help" | "settings" | "templates" | "transfer" | "close" | "signOut";

export const dialog = signal<DialogName | null>(null);
export const detailsOpen = signal(matchMedia("(min-width: 1280px)").matches);
export const mode = signal<"reply" | "note">("reply");
/** The message that the next reply quotes. */
export const quoting = signal<string | null>(null);

/** Closes that dialog and no other: a browser tells of a close when the next one may be open. */
export const closing = (name: DialogName) => () => {
  if (dialog.peek() === name) dialog.value = null;
};
/** After what has the focus went away: give it to what took its place. */
export const focus = (id: string) =>
  requestAnimationFrame(() => document.getElementById(id)?.focus());
