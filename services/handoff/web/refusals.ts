/** What went wrong, in words: the API's codes, Meta's and the sender's, each with what helps. */
import { Problem } from "@kit/api";
import { has, t } from "./texts";

export function inWords(problem: unknown): string {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.unreachable) return t("unreachable");
  const { code, detail, title } = problem;
  const by = (detail["by"] as { name?: string } | null | undefined)?.name;
  if (code === "claimed" && !by) return t("refusal.not_yours");
  const limit = Number(detail["limit"]);
  const known = has(`refusal.${code}`);
  return known ? t(known, { by: by ?? "", limit: megabytes(limit) }) : title;
}

/** Why a message did not reach her: Meta's code or the sender's word. */
export function failure(reason: string | undefined): string {
  if (!reason) return t("failure.unknown");
  const code = reason.replace(/^meta_/, "");
  const known = has(`failure.${code}`);
  return known ? t(known) : t("failure.other", { reason: code });
}

export const megabytes = (bytes: number) =>
  Number.isFinite(bytes) ? `${Math.max(0.1, Math.round(bytes / 104_857.6) / 10)} MB` : "";
