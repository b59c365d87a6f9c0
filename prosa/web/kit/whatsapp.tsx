/** WhatsApp's own markup, drawn as nodes: a customer's text never becomes HTML. */
import type { ComponentChildren } from "preact";

// A mark counts only outside words and beside text: 2*3*4 stays as it is.
const span = (mark: string) =>
  `(?<![\\p{L}\\p{N}${mark}])${mark}(?=\\S)[^${mark}\\n]+(?<=\\S)${mark}(?![\\p{L}\\p{N}${mark}])`;
const MARKS = new RegExp(
  "(```[\\s\\S]+?```|`[^`\\n]+`|" +
    `${span("\\*")}|${span("_")}|${span("~")}|` +
    "https?:\\/\\/[^\\s<]+[^\\s<.,;:!?)*_~])",
  "u",
);

export function formatted(text: string): ComponentChildren[] {
  const parts = text.split(MARKS);
  return parts.map((part, i) => (i % 2 === 0 ? part : marked(part)));
}

function marked(part: string): ComponentChildren {
  if (part.startsWith("```")) return <code>{part.slice(3, -3)}</code>;
  if (part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
  if (part.startsWith("*")) return <strong>{formatted(part.slice(1, -1))}</strong>;
  if (part.startsWith("_")) return <em>{formatted(part.slice(1, -1))}</em>;
  if (part.startsWith("~")) return <s>{formatted(part.slice(1, -1))}</s>;
  return <Link href={part}>{part}</Link>;
}

/** A link that a stranger wrote: it leads to the web or it is no link. */
export function Link({ href, children }: { href: string; children: ComponentChildren }) {
  if (!/^https?:\/\//i.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
