/** The few words that the kit itself says. Pages bring their own. */
import { translator } from "./i18n";

export const t = translator({
  close: { "pt-BR": "Fechar", en: "Close" },
  noMatch: { "pt-BR": "Nada encontrado", en: "Nothing found" },
  matches: {
    "pt-BR": { one: "{n} opção", other: "{n} opções" },
    en: { one: "{n} option", other: "{n} options" },
  },

  play: { "pt-BR": "Ouvir", en: "Play" },
  pause: { "pt-BR": "Pausar", en: "Pause" },
  position: { "pt-BR": "Posição do áudio", en: "Position in the audio" },
  enlarge: { "pt-BR": "Ampliar: {text}", en: "Enlarge: {text}" },
  fileGone: { "pt-BR": "Arquivo indisponível", en: "File not available" },
  "media.image": { "pt-BR": "Foto", en: "Photo" },
  "media.video": { "pt-BR": "Vídeo", en: "Video" },
  "media.audio": { "pt-BR": "Áudio", en: "Audio" },
  "media.voice": { "pt-BR": "Mensagem de voz", en: "Voice message" },
  "media.document": { "pt-BR": "Documento", en: "Document" },
  "media.sticker": { "pt-BR": "Figurinha", en: "Sticker" },
});
