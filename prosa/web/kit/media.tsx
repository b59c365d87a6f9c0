/** A file in a message: picture, film, sound, sticker or paper. Addresses are our origin's own. */
import "./media.css";
import { useSignal } from "@preact/signals";
import { Download, FileText, Image, Mic, Music, Pause, Play, Video } from "lucide";
import { useRef } from "preact/hooks";
import { t } from "./texts";
import { Dialog, Icon, IconButton, type IconNode } from "./ui";

export interface MediaFile {
  kind: "image" | "video" | "audio" | "document" | "sticker";
  url: string | null; // null while it is on its way
  mimeType: string;
  filename: string;
  voice?: boolean;
}

/** `text` is the caption: it names what is shown, the caller draws it. */
export function MediaBubble({ file, text }: { file: MediaFile; text: string }) {
  const broken = useSignal(false);
  const lost = () => {
    broken.value = true;
  };
  if (broken.value) return <Blank icon={glyph[file.kind]} label={t("fileGone")} words />;
  switch (file.kind) {
    case "image":
      return <Picture file={file} text={text} onError={lost} />;
    case "sticker":
      return file.url ? (
        <img class="sticker" src={file.url} alt={t("media.sticker")} onError={lost} />
      ) : (
        <Blank icon={Image} label={t("media.sticker")} />
      );
    case "video":
      return file.url ? (
        <video
          class="film"
          src={file.url}
          controls
          preload="none" // each that loads holds one of the six connections that a browser has
          aria-label={text || t("media.video")}
          onError={lost}
        />
      ) : (
        <Blank icon={Video} label={t("media.video")} />
      );
    case "audio":
      return <Sound file={file} onError={lost} />;
    case "document":
      return <Paper file={file} />;
  }
}

const glyph: Record<MediaFile["kind"], IconNode> = {
  image: Image,
  video: Video,
  audio: Music,
  document: FileText,
  sticker: Image,
};

interface Loaded {
  file: MediaFile;
  onError: () => void;
}

function Picture({ file, text, onError }: Loaded & { text: string }) {
  const open = useSignal(false);
  const words = text || t("media.image");
  if (!file.url) return <Blank icon={Image} label={words} />;
  return (
    <>
      <button
        type="button"
        class="picture"
        aria-haspopup="dialog"
        aria-label={t("enlarge", { text: words })}
        onClick={() => {
          open.value = true;
        }}
      >
        <img src={file.url} alt="" onError={onError} />
      </button>
      {open.value && (
        <Dialog
          wide
          title={words.split("\n")[0]!}
          onClose={() => {
            open.value = false;
          }}
        >
          <img class="enlarged" src={file.url} alt="" />
        </Dialog>
      )}
    </>
  );
}

const Blank = ({ icon, label, words }: { icon: IconNode; label: string; words?: boolean }) => (
  <span class="picture blank" role="img" aria-label={label}>
    <Icon icon={icon} size={28} />
    {words && <small aria-hidden="true">{label}</small>}
  </span>
);

function Paper({ file }: { file: MediaFile }) {
  const name = file.filename || t("media.document");
  const ending = name.includes(".") ? name.split(".").at(-1)!.toUpperCase() : file.mimeType;
  const card = (
    <>
      <Icon icon={FileText} size={24} />
      <span class="grow">
        <b>{name}</b>
        {ending && <small>{ending}</small>}
      </span>
      {file.url && <Icon icon={Download} size={18} />}
    </>
  );
  if (!file.url) return <span class="paper">{card}</span>;
  return (
    <a class="paper" href={file.url} download={name}>
      {card}
    </a>
  );
}

/** Play, a line to move along, the time. */
function Sound({ file, onError }: Loaded) {
  const audio = useRef<HTMLAudioElement>(null);
  const playing = useSignal(false);
  const at = useSignal(0);
  const length = useSignal(0);
  const ready = file.url !== null;
  const read = () => {
    const node = audio.current!;
    at.value = node.currentTime;
    length.value = Number.isFinite(node.duration) ? node.duration : 0;
  };
  const name = file.voice ? t("media.voice") : t("media.audio");

  return (
    <span class="sound" role="group" aria-label={name}>
      <IconButton
        icon={playing.value ? Pause : Play}
        label={playing.value ? t("pause") : t("play")}
        disabled={!ready}
        size={20}
        onClick={() => (playing.value ? audio.current!.pause() : void audio.current!.play())}
      />
      <input
        type="range"
        min={0}
        max={Math.max(length.value, 0.1)}
        step={0.1}
        value={at.value}
        disabled={!ready}
        aria-label={t("position")}
        aria-valuetext={minutes(at.value)}
        onInput={(event) => {
          audio.current!.currentTime = Number(event.currentTarget.value);
        }}
      />
      <span class="num">{shown(playing.value || at.value > 0 ? at.value : length.value)}</span>
      <Icon icon={file.voice ? Mic : Music} size={16} />
      {file.url && (
        <audio
          ref={audio}
          src={file.url}
          preload="none"
          onError={onError}
          onLoadedMetadata={read}
          onTimeUpdate={read}
          onPlay={() => {
            playing.value = true;
          }}
          onPause={() => {
            playing.value = false;
          }}
        />
      )}
    </span>
  );
}

/** Its length is not known before it is asked for. */
const shown = (s: number) => (s > 0 ? minutes(s) : "–:––");
const minutes = (s: number) =>
  `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
