/** Keyboard shortcuts. Single letters can be switched off (WCAG 2.1.4) and never fire while the person types. */
import { signal } from "@preact/signals";

export interface Shortcut {
  keys: string;
  label: string;
  run: () => void;
}
export const shortcuts = signal<Shortcut[]>([]);
export const lettersOn = signal(localStorage.getItem("prosa:letters") !== "off");
export function setLetters(on: boolean) {
  lettersOn.value = on;
  localStorage.setItem("prosa:letters", on ? "on" : "off");
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
let prefix = "";

export function listen() {
  addEventListener("keydown", (event) => {
    if (
      event.defaultPrevented ||
      event.isComposing ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!lettersOn.value && /^[a-z]$/.test(key)) return;
    const wanted = prefix ? `${prefix} ${key}` : key;
    prefix = "";
    const hit = shortcuts.value.find((s) => s.keys.split(", ").includes(wanted));
    if (hit) {
      event.preventDefault();
      hit.run();
    } else if (shortcuts.value.some((s) => s.keys.startsWith(`${key} `))) {
      prefix = key;
      setTimeout(() => {
        prefix = "";
      }, 900);
    }
  });
}
