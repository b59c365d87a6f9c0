/** Files on their way to the server: what was chosen, how far it is, why it was refused. */
import { Problem, upload } from "@kit/api";
import { announce } from "@kit/ui";
import { signal } from "@preact/signals";
import type { Media, Message, Reply } from "./contract";
import { inWords, megabytes } from "./refusals";
import { write } from "./store";
import { t } from "./texts";

export interface Attached {
  id: string;
  conversation: string;
  file: File;
  share: number; // of it that has left, 0 to 1
  upload?: string; // its id at the server, once it is there
  problem?: string;
  again: boolean; // whether trying again may help
  picture?: string; // data: URL; the policy lets pictures be nothing else before they are sent
  stop: AbortController;
}

interface Uploaded {
  upload: string;
  mimeType: string;
  filename: string;
  bytes: number;
}

// Meta, "Media": what WhatsApp carries, in bytes.
const MB = 1024 * 1024;
const LARGEST: Record<Media["kind"], number> = {
  image: 5 * MB,
  video: 16 * MB,
  audio: 16 * MB,
  sticker: MB / 2,
  document: 100 * MB,
};
const SHOWN = 2 * MB; // a larger picture is named, not shown

const kindOf = (mime: string): Media["kind"] =>
  /^image\/(jpeg|png)$/.test(mime)
    ? "image"
    : mime === "image/webp"
      ? "sticker"
      : /^video\/(mp4|3gpp)$/.test(mime)
        ? "video"
        : /^audio\//.test(mime)
          ? "audio"
          : "document";

export const attached = signal<Attached[]>([]);
export const attachedTo = (conversation: string) =>
  attached.value.filter((a) => a.conversation === conversation);

const change = (id: string, what: Partial<Attached>) => {
  attached.value = attached.value.map((a) => (a.id === id ? { ...a, ...what } : a));
};

export function attach(conversation: string, files: FileList | File[]) {
  for (const file of files) {
    const one: Attached = {
      id: crypto.randomUUID(),
      conversation,
      file,
      share: 0,
      again: false,
      stop: new AbortController(),
    };
    const limit = LARGEST[kindOf(file.type)];
    if (file.size > limit) one.problem = t("refusal.too_large", { limit: megabytes(limit) });
    else if (file.size === 0) one.problem = t("emptyFile");
    attached.value = [...attached.value, one];
    if (one.problem) announce(`${file.name}: ${one.problem}`);
    else {
      draw(one);
      void send(one);
    }
  }
}

function draw({ id, file }: Attached) {
  if (kindOf(file.type) !== "image" || file.size > SHOWN) return;
  const reader = new FileReader();
  reader.onload = () => change(id, { picture: String(reader.result) });
  reader.readAsDataURL(file);
}

async function send({ id, conversation, file, stop }: Attached) {
  const path = `api/conversations/${encodeURIComponent(conversation)}/uploads`;
  const progress = (share: number) => change(id, { share });
  try {
    const { upload: name } = await upload<Uploaded>(path, file, progress, stop.signal);
    change(id, { upload: name, share: 1 });
    announce(t("attachedFile", { name: file.name }));
  } catch (problem) {
    if (stop.signal.aborted) return;
    const why = inWords(problem);
    change(id, { problem: why, again: problem instanceof Problem && problem.unreachable });
    announce(`${file.name}: ${why}`);
  }
}

export function uploadAgain(one: Attached) {
  const fresh = { ...one, share: 0 };
  delete fresh.problem;
  attached.value = attached.value.map((a) => (a.id === one.id ? fresh : a));
  void send(fresh);
}

export function detach(id: string) {
  attached
    .peek()
    .find((a) => a.id === id)
    ?.stop.abort();
  attached.value = attached.value.filter((a) => a.id !== id);
}

/** Send what is ready, each file a message, the first with the caption. */
export function sendAttached(conversation: string, caption: string) {
  const ready = attachedTo(conversation).filter((a) => a.upload);
  ready.forEach(({ file, upload: name }, i) => {
    const text = i === 0 ? caption : "";
    const reply: Reply = {
      id: crypto.randomUUID(),
      kind: "media",
      upload: name!,
      caption: text,
    };
    const media: NonNullable<Message["media"]> = {
      kind: kindOf(file.type),
      mimeType: file.type || "application/octet-stream",
      filename: file.name,
    };
    write(conversation, { reply, shown: { kind: "media", text, media } });
  });
  attached.value = attached.value.filter((a) => a.conversation !== conversation || !a.upload);
}
