/** Files in a bubble. Addresses are the simulator's own; a file on its way to it is a data: URL. */
import { boot } from "@kit/boot";
import { Dialog, Icon, IconButton } from "@kit/ui";
import { useSignal } from "@preact/signals";
import { Download, FileText, Image, Mic, Music, Pause, Play, Video } from "lucide";
import { useRef } from "preact/hooks";
import type { Media } from "./contract";
import { t } from "./texts";

const address = ({ url }: Media) => (url.startsWith("data:") ? url : boot.base + url);
/** The page's policy plays sound and film from our origin alone, so not before they are sent. */
const playable = ({ url }: Media) => !url.startsWith("data:");

export function Picture({ media, text }: { media: Media | undefined; text: string }) {
  const open = useSignal(false);
  const words = text || t("kind.image");
  if (!media) return <Blank icon={Image} label={words} />;
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
        <img src={address(media)} alt="" />
      </button>
      {open.value && (
        <Dialog
          wide
          title={words.split("\n")[0]!}
          onClose={() => {
            open.value = false;
          }}
        >
          <img class="enlarged" src={address(media)} alt="" />
        </Dialog>
      )}
    </>
  );
}

export function Sticker({ media }: { media: Media | undefined }) {
  if (!media) return <Blank icon={Image} label={t("kind.sticker")} />;
  return <img class="sticker" src={address(media)} alt={t("kind.sticker")} />;
}

export function Film({ media, text }: { media: Media | undefined; text: string }) {
  if (!media || !playable(media)) return <Blank icon={Video} label={text || t("kind.video")} />;
  return (
    <video
      class="film"
      src={address(media)}
      controls
      preload="metadata"
      aria-label={text || t("kind.video")}
    />
  );
}

const Blank = ({ icon, label }: { icon: typeof Image; label: string }) => (
  <span class="picture blank" role="img" aria-label={label}>
    <Icon icon={icon} size={36} />
  </span>
);

export function Paper({ media }: { media: Media | undefined }) {
  const name = media?.filename ?? t("kind.document");
  const ending = name.includes(".") ? name.split(".").at(-1)!.toUpperCase() : media?.mimeType;
  const card = (
    <>
      <Icon icon={FileText} size={24} />
      <span class="grow">
        <b>{name}</b>
        {ending && <small>{ending}</small>}
      </span>
      {media && <Icon icon={Download} size={18} />}
    </>
  );
  if (!media) return <span class="paper">{card}</span>;
  return (
    <a class="paper" href={address(media)} download={name}>
      {card}
    </a>
  );
}

/** A voice note: play, a line to move along, the time. */
export function Sound({ media }: { media: Media | undefined }) {
  const audio = useRef<HTMLAudioElement>(null);
  const playing = useSignal(false);
  const at = useSignal(0);
  const length = useSignal(0);
  const ready = media !== undefined && playable(media);
  const read = () => {
    const node = audio.current!;
    at.value = node.currentTime;
    length.value = Number.isFinite(node.duration) ? node.duration : 0;
  };

  return (
    <span class="sound">
      <IconButton
        icon={playing.value ? Pause : Play}
        label={playing.value ? t("pause") : t("play")}
        disabled={!ready}
        size={22}
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
      <span class="num">{minutes(playing.value || at.value > 0 ? at.value : length.value)}</span>
      <Icon icon={media?.voice ? Mic : Music} size={18} />
      {ready && (
        <audio
          ref={audio}
          src={address(media)}
          preload="metadata"
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

const minutes = (s: number) =>
  `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
