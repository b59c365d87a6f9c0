/** What a customer sends besides words: a file of the person's own or a sample, a place, a contact. */
import { Button, Dialog, Icon } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { FileText, Upload } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Act, Attachment } from "./contract";
import { act } from "./store";
import { t } from "./texts";

/** What is being attached: a kind, or a file that was dropped or pasted. */
export interface Attach {
  kind?: Attachment | "location" | "contacts";
  file?: File;
  replyTo?: string;
}

/** Of these the simulator has a file of its own. */
const SAMPLED = new Set<Attachment>(["image", "audio", "document", "sticker"]);
const LARGEST = 16 * 1024 * 1024; // bytes; Meta's limit for sound and film
const takes: Record<Attachment, string> = {
  image: "image/jpeg,image/png",
  video: "video/mp4,video/3gpp",
  audio: "audio/*",
  document: "*/*",
  sticker: "image/webp",
};

export function AttachDialog({
  who,
  onClose,
  ...attach
}: Attach & { who: string; onClose: () => void }) {
  const kind = attach.kind ?? kindOf(attach.file!);
  const send = (what: Act) => {
    act(who, { ...what, ...(attach.replyTo ? { replyTo: attach.replyTo } : {}) });
    onClose();
  };
  return (
    <Dialog title={t(`attach.${kind}`)} onClose={onClose}>
      {kind === "location" ? (
        <PlaceForm onSend={send} />
      ) : kind === "contacts" ? (
        <ContactForm onSend={send} />
      ) : (
        <FileForm kind={kind} dropped={attach.file} onSend={send} />
      )}
    </Dialog>
  );
}

const kindOf = ({ type }: File): Attachment =>
  type === "image/webp"
    ? "sticker"
    : takes.image.includes(type || "-")
      ? "image"
      : takes.video.includes(type || "-")
        ? "video"
        : type.startsWith("audio/")
          ? "audio"
          : "document";

interface Chosen {
  data: string;
  mimeType: string;
  filename: string;
}

interface FileProps {
  kind: Attachment;
  dropped: File | undefined;
  onSend: (what: Act) => void;
}

function FileForm({ kind, dropped, onSend }: FileProps) {
  const chosen = useSignal<Chosen | null>(null);
  const problem = useSignal("");
  const caption = useSignal("");
  const worded = kind === "image" || kind === "video" || kind === "document";

  const choose = async (file: File | undefined) => {
    problem.value = "";
    chosen.value = null;
    if (!file) return;
    if (file.size > LARGEST) problem.value = t("tooLarge");
    else chosen.value = await read(file);
  };
  useEffect(() => void choose(dropped), [dropped]);

  const words = () => (worded && caption.value.trim() ? { text: caption.value.trim() } : {});
  return (
    <Form
      ready={chosen.value !== null}
      onSend={() => onSend({ kind, ...words(), media: chosen.value! })}
      beside={
        SAMPLED.has(kind) && (
          <Button onClick={() => onSend({ kind, ...words(), sample: true })}>
            {t("useSample")}
          </Button>
        )
      }
    >
      <label class="drop">
        {chosen.value ? <Preview {...chosen.value} /> : <Icon icon={Upload} size={24} />}
        <span>{chosen.value?.filename ?? t("chooseFile")}</span>
        <input
          type="file"
          accept={takes[kind]}
          aria-label={t("chooseFile")}
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
      </label>
      <p role="alert" class="problem">
        {problem.value}
      </p>
      {worded && (
        <Field
          label={t("caption")}
          value={caption.value}
          onInput={(text) => (caption.value = text)}
        />
      )}
    </Form>
  );
}

const Preview = ({ data, mimeType }: Chosen) =>
  mimeType.startsWith("image/") ? (
    <img src={`data:${mimeType};base64,${data}`} alt="" />
  ) : (
    <Icon icon={FileText} size={32} />
  );

function read(file: File): Promise<Chosen> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onerror = () => failed(reader.error);
    reader.onload = () =>
      done({
        data: String(reader.result).split(",", 2)[1] ?? "",
        mimeType: file.type || "application/octet-stream",
        filename: file.name,
      });
    reader.readAsDataURL(file);
  });
}

function PlaceForm({ onSend }: { onSend: (what: Act) => void }) {
  const name = useSignal("Parque Ibirapuera");
  const address = useSignal("Av. Pedro Álvares Cabral, São Paulo");
  const latitude = useSignal("-23.5874");
  const longitude = useSignal("-46.6576");
  const send = () =>
    onSend({
      kind: "location",
      location: {
        latitude: Number(latitude.value),
        longitude: Number(longitude.value),
        ...(name.value ? { name: name.value } : {}),
        ...(address.value ? { address: address.value } : {}),
      },
    });
  return (
    <Form ready onSend={send}>
      <Field label={t("place")} value={name.value} onInput={(text) => (name.value = text)} />
      <Field
        label={t("address")}
        value={address.value}
        onInput={(text) => (address.value = text)}
      />
      <div class="pair">
        <Field
          label={t("latitude")}
          value={latitude.value}
          range={90}
          onInput={(text) => (latitude.value = text)}
        />
        <Field
          label={t("longitude")}
          value={longitude.value}
          range={180}
          onInput={(text) => (longitude.value = text)}
        />
      </div>
    </Form>
  );
}

function ContactForm({ onSend }: { onSend: (what: Act) => void }) {
  const name = useSignal("Marina Lopes");
  const phone = useSignal("+55 19 99876-1234");
  const send = () =>
    onSend({
      kind: "contacts",
      contacts: [{ name: name.value, ...(phone.value ? { phone: phone.value } : {}) }],
    });
  return (
    <Form ready={name.value.trim() !== ""} onSend={send}>
      <Field label={t("contactName")} value={name.value} onInput={(text) => (name.value = text)} />
      <Field
        label={t("contactPhone")}
        value={phone.value}
        onInput={(text) => (phone.value = text)}
      />
    </Form>
  );
}

interface FormProps {
  ready: boolean;
  onSend: () => void;
  beside?: ComponentChildren;
  children: ComponentChildren;
}

const Form = ({ ready, onSend, beside, children }: FormProps) => (
  <form
    class="form"
    onSubmit={(event) => {
      event.preventDefault();
      if (ready) onSend();
    }}
  >
    {children}
    <footer>
      {beside}
      <Button type="submit" kind="primary" disabled={!ready}>
        {t("send")}
      </Button>
    </footer>
  </form>
);

interface FieldProps {
  label: string;
  value: string;
  range?: number; // a number between -range and range
  onInput: (text: string) => void;
}

const Field = ({ label, value, range, onInput }: FieldProps) => (
  <label class="labelled">
    {label}
    <input
      class="field"
      value={value}
      {...(range
        ? { type: "number", min: -range, max: range, step: "any", required: true }
        : { type: "text" })}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  </label>
);
