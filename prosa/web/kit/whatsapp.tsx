/** WhatsApp's own markup, drawn as nodes: a customer's text never becomes HTML. */
import type { ComponentChildren } from "preact";

const marks = /(```[\s\S]+?```|\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|https?:\/\/[^\s<]+[^\s<.,;:!?)])/g;

export function formatted(text: string): ComponentChildren[] {
  return text.split(marks).map((part, i) => {
    if (i % 2 === 0) return part;
    if (part.startsWith("```")) return <code>{part.slice(3, -3)}</code>;
    if (part.startsWith("*")) return <strong>{part.slice(1, -1)}</strong>;
    if (part.startsWith("_")) return <em>{part.slice(1, -1)}</em>;
    if (part.startsWith("~")) return <s>{part.slice(1, -1)}</s>;
    return (
      <a href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    );
  });
}
