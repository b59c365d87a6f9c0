/** A message in a line: for quotes and announcements. */
import type { Message } from "./contract";
import { t } from "./texts";

const MARKS = /(^|\s)[*_~]+(?=\S)|(?<=\S)[*_~]+(?=\s|$|[.,!?;:])/g;

export function gist(message: Message): string {
  const { kind, text, media, location, contacts, revoked } = message;
  if (revoked) return t("revoked");
  if (kind === "location") return location?.name ?? t("kind.location");
  if (kind === "contacts" && contacts?.length) return contacts.map((c) => c.name).join(", ");
  if (text) return text.replace(MARKS, "$1").replace(/\s+/g, " ");
  if (media) return media.kind === "document" ? media.filename : t(`kind.${media.kind}`);
  switch (kind) {
    case "order":
    case "form":
    case "unsupported":
    case "template":
    case "contacts":
      return t(`kind.${kind}`);
    default:
      return "…";
  }
}
