import { boot } from "./boot";

/** One entry in every language; `one`/`other` where a count decides. A missing language does not compile. */
type Entry = string | { one: string; other: string };
type Catalogue = Record<string, { "pt-BR": Entry; en: Entry }>;

const plural = new Intl.PluralRules(boot.locale);

export function translator<C extends Catalogue>(catalogue: C) {
  return (key: keyof C, values: Record<string, string | number> = {}): string => {
    const entry: Entry = catalogue[key]![boot.locale];
    const text =
      typeof entry === "string"
        ? entry
        : entry[plural.select(Number(values["n"])) === "one" ? "one" : "other"];
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  };
}
export type Translate = (key: string, values?: Record<string, string | number>) => string;

export const number = (value: number, digits = 0) =>
  new Intl.NumberFormat(boot.locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
export const compact = (value: number) =>
  new Intl.NumberFormat(boot.locale, { notation: "compact", maximumFractionDigits: 1 }).format(
    value,
  );
