/** The words that tables, charts, periods and payloads say, on whichever page they stand. */
import { boot } from "./boot";
import { translator } from "./i18n";

export const t = translator({
  csv: { "pt-BR": "Baixar esta tabela como CSV", en: "Download this table as CSV" },
  csvOf: { "pt-BR": "Baixar como CSV: {label}", en: "Download as CSV: {label}" },
  period: { "pt-BR": "Período", en: "Period" },
  today: { "pt-BR": "Hoje", en: "Today" },
  lastDays: { "pt-BR": "Últimos {n} dias", en: "Last {n} days" },
  from: { "pt-BR": "De", en: "From" },
  to: { "pt-BR": "Até", en: "To" },
  apply: { "pt-BR": "Aplicar", en: "Apply" },
  asTable: { "pt-BR": "Ver como tabela: {label}", en: "See as a table: {label}" },
  asChart: { "pt-BR": "Ver como gráfico: {label}", en: "See as a chart: {label}" },
  copyJson: { "pt-BR": "Copiar JSON", en: "Copy JSON" },
  copied: { "pt-BR": "Copiado", en: "Copied" },
  when: { "pt-BR": "Quando", en: "When" },
});

const day = new Intl.DateTimeFormat(boot.locale, {
  timeZone: boot.timeZone,
  day: "numeric",
  month: "short",
});
/** The day of an instant, as short as a chart's axis needs it. */
export const shortDay = (ms: number) => day.format(ms).replace(".", "");
