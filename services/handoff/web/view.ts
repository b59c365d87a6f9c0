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
/** Give the focus to what is there, and again to what takes its place when this is drawn. */
export function focus(id: string) {
  document.getElementById(id)?.focus(); // at once: the next key may be down already
  requestAnimationFrame(() => {
    const drawn = document.getElementById(id);
    if (drawn !== document.activeElement) drawn?.focus();
  });
}
