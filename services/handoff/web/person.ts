/** How a customer is called, and her number as people write it. */
import type { Conversation } from "./contract";
import { t } from "./texts";

export const nameOf = (c: Conversation) => c.contact.name || phone(c) || t("nameless");

/** Brazil's numbers grouped as they are said; others as they come. Empty when Meta hides it. */
export const phone = ({ contact }: Conversation) =>
  contact.phone.replace(/^\+55(\d{2})(\d{4,5})(\d{4})$/, "+55 $1 $2-$3");
