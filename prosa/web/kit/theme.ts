/** The theme is a cookie, so that the server writes it into the page and nothing flashes. */
import { signal } from "@preact/signals";
import { boot } from "./boot";

export type Theme = "system" | "light" | "dark";
export const theme = signal<Theme>(
  (document.documentElement.dataset["theme"] as Theme) ?? "system",
);
export const themeChanged = signal(0);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  themeChanged.value++;
});

export function setTheme(next: Theme) {
  theme.value = next;
  if (next === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  themeChanged.value++;
  setCookie("prosa_theme", next);
}
export function setLocale(locale: string) {
  setCookie("prosa_locale", locale);
  location.reload();
}
function setCookie(name: string, value: string) {
  document.cookie = `${name}=${value}; path=${boot.base}; max-age=31536000; SameSite=Lax`;
}
