/** A message in a line: for quotes, announcements and the drawer. */
import type { Message } from "./contract";
import { t } from "./texts";

const MARKS = /(^|\s)[*_~]+(?=\S)|(?<=\S)[*_~]+(?=\s|$|[.,!?;:])/g;

export function gist(message: Message): string {
  const { kind, text, media, location, contacts } = message;
  if (kind === "document" && media?.filename) return media.filename;
  if (kind === "location") return location?.name ?? t("kind.location");
  if (kind === "contacts") return contacts?.map((c) => c.name).join(", ") ?? t("kind.contacts");
  if (text) return text.replace(MARKS, "$1").replace(/\s+/g, " ");
  switch (kind) {
    case "image":
    case "video":
    case "audio":
    case "document":
    case "sticker":
    case "order":
    case "location_request":
    case "unsupported":
      return t(`kind.${kind}`);
    default:
      return message.header?.text ?? "…";
  }
}

/** The first words of a payload that a person would recognise: its text, else its status. */
export function gistOfPayload(value: unknown, depth = 0): string {
  if (typeof value !== "object" || value === null || depth > 12) return "";
  const fields = Object.entries(value);
  for (const wanted of ["body", "caption", "text", "status", "emoji", "title"]) {
    const found = fields.find(([name, v]) => name === wanted && typeof v === "string");
    if (found) return String(found[1]);
  }
  for (const [, inner] of fields) {
    const found = gistOfPayload(inner, depth + 1);
    if (found) return found;
  }
  return "";
}
