/** Data: how much is kept, how far the writer has read, what it could not read, what is exported. */
import { shortDay } from "@kit/figures";
import { number } from "@kit/i18n";
import { DataTable } from "@kit/table";
import { Badge } from "@kit/ui";
import { CalendarCheck, CircleCheck } from "lucide";
import { useEffect } from "preact/hooks";
import { useAnswer } from "./answers";
import type { Data, Store } from "./contract";
import { Answered, Bars, Nothing, Panel, Tile, When, ago, bytes, count, share } from "./parts";
import { file, question } from "./place";
import { latest, loadHistory, storeOf } from "./store";
import { type Key, t, word } from "./texts";

const SECOND = 5000; // ms between two looks at how far the writer is

export default function DataPage() {
  useEffect(() => void loadHistory(), []);
  const answer = useAnswer<Data>(question("sections/data"), SECOND);
  return <Answered answer={answer}>{(data) => <Overview {...data} />}</Answered>;
}

/** `PROSA_<bot>_EVT` is EVT. */
const shortName = (stream: string) => stream.split("_").at(-1) as Store["stream"];

function Overview({ tables, progress, oddities, days, storage }: Data) {
  const kept = tables.find((table) => table.name === "messages")?.rows ?? 0;
  const rows = progress.map((row) => {
    const store = storeOf(latest.value, shortName(row.stream));
    return { ...row, name: shortName(row.stream), rate: store?.rate ?? 0 };
  });
  return (
    <>
      <dl class="tiles">
        <Tile
          label={t("data.messages")}
          value={number(kept)}
          more={
            storage.oldestAt
              ? t("data.since", { day: shortDay(storage.oldestAt) })
              : t("data.nothing")
          }
        />
        <Tile
          label={t("data.newest")}
          value={storage.newestAt ? ago(storage.newestAt) : "–"}
          more={t("data.newestMore")}
        />
        <Tile
          label={t("data.size")}
          value={bytes(storage.bytes)}
          more={t("data.days", { n: days.length })}
        />
        <Tile
          label={t("data.embedded")}
          value={share(storage.embedded, storage.texts)}
          more={storage.model || t("data.noModel")}
          hint={t("hint.embedded")}
        />
      </dl>
      <div class="charts even">
        <Panel title={t("data.tables")}>
          <Bars
            bars={tables.map((table) => ({
              key: table.name,
              label: word(`table.${table.name}`) ?? table.name,
              value: table.rows,
              figure: number(table.rows),
            }))}
          />
        </Panel>
        <div class="stack">
          <DataTable
            title={t("data.progress")}
            rows={rows}
            keyOf={(row) => row.stream}
            columns={[
              {
                id: "stream",
                title: t("col.stream"),
                cell: (row) => (
                  <>
                    {t(`stream.${row.name}` as Key)}
                    <small>
                      <code>{row.name}</code>
                    </small>
                  </>
                ),
              },
              {
                id: "sequence",
                title: t("col.sequence"),
                numeric: true,
                cell: (row) => count(row.sequence),
              },
              {
                id: "taken",
                title: t("col.taken"),
                numeric: true,
                cell: (row) => count(row.taken),
              },
              {
                id: "missed",
                title: t("col.gone"),
                hint: t("hint.gone"),
                numeric: true,
                cell: (row) =>
                  row.missed ? <Badge tone="bad">{number(row.missed)}</Badge> : count(0),
              },
            ]}
            csv={file("data", "progress")}
            empty={<Nothing icon={CircleCheck} title={t("data.nothing")} />}
          />
          <DataTable
            title={t("data.oddities")}
            rows={oddities}
            keyOf={(row) => row.stream + row.reason}
            columns={[
              {
                id: "reason",
                title: t("col.reason"),
                cell: (row) => (
                  <>
                    {row.reason}
                    <small>
                      <code>{shortName(row.stream)}</code>
                    </small>
                  </>
                ),
              },
              {
                id: "n",
                title: t("col.messages"),
                numeric: true,
                cell: (row) => count(row.messages),
              },
              {
                id: "at",
                title: t("col.last"),
                numeric: true,
                cell: (row) => <When at={row.lastAt} />,
              },
            ]}
            csv={file("data", "oddities")}
            empty={<Nothing icon={CircleCheck} title={t("oddities.none")} />}
          />
        </div>
      </div>
      <DataTable
        title={t("data.exports")}
        rows={days}
        keyOf={(row) => row.day}
        columns={[
          {
            id: "day",
            title: t("col.day"),
            sort: (row) => row.day,
            cell: (row) => <span class="num">{row.day}</span>,
          },
          {
            id: "state",
            title: t("col.state"),
            sort: (row) => Number(row.exported) + Number(row.current),
            cell: (row) =>
              row.current ? (
                <Badge tone="ok">{t("export.current")}</Badge>
              ) : row.exported ? (
                <Badge tone="warn">{t("export.changed")}</Badge>
              ) : (
                <Badge>{t("export.waiting")}</Badge>
              ),
          },
          {
            id: "rows",
            title: t("col.rows"),
            numeric: true,
            sort: (row) => row.rows,
            cell: (row) => count(row.rows),
          },
          {
            id: "bytes",
            title: t("col.size"),
            numeric: true,
            sort: (row) => row.bytes,
            cell: (row) => bytes(row.bytes),
          },
          {
            id: "at",
            title: t("col.when"),
            numeric: true,
            sort: (row) => row.exportedAt,
            cell: (row) => (row.exportedAt ? <When at={row.exportedAt} /> : count(null)),
          },
        ]}
        csv={file("data", "days")}
        empty={<Nothing icon={CalendarCheck} title={t("exports.none")} />}
        foot={
          <p>
            {t("data.erase")} <code>prosa contacts erase</code>
          </p>
        }
      />
    </>
  );
}
