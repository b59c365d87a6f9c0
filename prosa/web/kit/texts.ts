/** The few words that the kit itself says. Pages bring their own. */
import { translator } from "./i18n";

export const t = translator({
  close: { "pt-BR": "Fechar", en: "Close" },
});
