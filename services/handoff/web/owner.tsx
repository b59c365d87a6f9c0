/** Who has a conversation, and how this person makes it hers. */
import { boot } from "@kit/boot";
import { Badge } from "@kit/ui";
import { Bot } from "lucide";
import type { Conversation } from "./contract";
import { act, actions, isMine } from "./store";
import { t } from "./texts";
import { focus } from "./view";

export function OwnerChip({ c }: { c: Conversation }) {
  if (c.owner === "human") {
    const mine = isMine(c);
    return (
      <Badge tone={mine ? "accent" : "info"}>
        {mine ? t("you") : (c.assignee?.name ?? t("owner.human"))}
      </Badge>
    );
  }
  const tone = c.owner === "queue" ? "warn" : "neutral";
  return c.owner === "bot" ? (
    <Badge tone={tone} icon={Bot}>
      {t("owner.bot")}
    </Badge>
  ) : (
    <Badge tone={tone}>{t(`owner.${c.owner}`)}</Badge>
  );
}

/** Make it one's own, whatever it is now: from the queue, the bot, the archive, or a colleague. */
export async function claim(c: Conversation) {
  const { name } = c.contact;
  const done =
    c.owner === "closed"
      ? await actions.reopen(c)
      : c.owner === "human"
        ? await act("transfer", { to: boot.user.id }, t("claimed", { name }))
        : await actions.claim(c);
  // The button that was pressed is gone: what it was pressed for has the focus now.
  if (done && document.activeElement === document.body) focus("composer");
}
