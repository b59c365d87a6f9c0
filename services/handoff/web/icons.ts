/** A view's picture. */
import type { IconNode } from "@kit/ui";
import { Archive, Bot, Inbox, Layers, MessagesSquare, UserRound } from "lucide";
import type { View } from "./contract";

export const icons: Record<View, IconNode> = {
  queue: Inbox,
  mine: UserRound,
  open: MessagesSquare,
  bot: Bot,
  closed: Archive,
  all: Layers,
};
