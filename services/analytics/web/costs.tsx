/** Cost and volume: messages by day and by author, and what Meta bills them as. */
import { Chart } from "@kit/chart";
import { number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { Coins } from "lucide";
import { useAnswer } from "./answers";
import type { Costs } from "./contract";
import { Answered, Nothing, Tile, count, money, share } from "./parts";
import { file, question } from "./place";
import { stepOf } from "./steps";
import { type Key, t, word } from "./texts";

const AUTHORS = [
  ["customer", "--c1"],
  ["bot", "--c2"],
  ["agent", "--c5"],
  ["campaign", "--c3"],
  ["platform", "--c4"],
] as const;
const COLORS = ["--c3", "--c2", "--c5", "--c4", "--c1"] as const;

export default function CostsPage() {
  const answer = useAnswer<Costs>(question("sections/costs"));
  return <Answered answer={answer}>{(costs) => <Overview {...costs} />}</Answered>;
}

function Overview({ totals, categories, at, volume, billed, bills, currency }: Costs) {
  const seconds = at.map((ms) => ms / 1000);
  const cost = currency ? bills.reduce((all, bill) => all + (bill.cost ?? 0), 0) : null;
  const charged = bills
    .filter((b) => b.billableAs.startsWith("regular/"))
    .reduce((n, b) => n + b.messages, 0);
  const free = bills.reduce((n, b) => n + b.messages, 0) - charged;
  if (totals.received + totals.sent === 0)
    return (
      <div class="panel">
        <Nothing icon={Coins} title={t("costs.none")}>
          {t("costs.noneMore")}
        </Nothing>
      </div>
    );
  return (
    <>
      <dl class="tiles">
        <Tile
          label={t("costs.received")}
          value={number(totals.received)}
          more={t("costs.contacts", { n: totals.contacts })}
        />
        <Tile
          label={t("costs.sent")}
          value={number(totals.sent)}
          more={t("costs.read", { share: share(totals.read, totals.sent) })}
        />
        <Tile
          label={t("costs.failed")}
          value={number(totals.failed)}
          more={share(totals.failed, totals.sent)}
          tone={totals.sent && totals.failed / totals.sent > 0.02 ? "bad" : undefined}
        />
        <Tile
          label={t("col.cost")}
          value={cost == null ? number(charged) : money(cost, currency)}
          more={
            cost == null
              ? t("costs.charged")
              : t("costs.split", { n: number(charged), m: number(free) })
          }
          hint={t("hint.bill")}
        />
      </dl>
      <div class="charts even">
        <Chart
          label={t("costs.volume")}
          csv={file("costs", "volume")}
          summary={t("costs.volumeSummary", { n: number(totals.received), m: number(totals.sent) })}
          at={seconds}
          by={stepOf(at)}
          kind="bars"
          total
          unit={(n) => number(n)}
          series={AUTHORS.filter(([author]) => volume[author]).map(([author, color]) => ({
            label: t(`author.${author}`),
            color,
            values: volume[author]!,
          }))}
        />
        {bills.length > 0 && (
          <Chart
            label={t("costs.billed")}
            csv={file("costs", "billed")}
            summary={t("costs.billedSummary", { n: number(charged), m: number(free) })}
            at={seconds}
            by={stepOf(at)}
            kind="bars"
            total
            unit={(n) => number(n)}
            series={bills.slice(0, COLORS.length).map((bill, i) => ({
              label: billName(bill.billableAs),
              color: COLORS[i]!,
              values: billed[bill.billableAs]!,
            }))}
          />
        )}
      </div>
      <DataTable
        title={t("costs.bill")}
        rows={bills}
        keyOf={(bill) => bill.billableAs}
        csv={file("costs", "billed")}
        empty={
          <Nothing icon={Coins} title={t("costs.noBill")}>
            {t("costs.noBillMore")}
          </Nothing>
        }
        foot={!currency && bills.length > 0 && <p>{t("costs.priceHint")}</p>}
        columns={[
          {
            id: "as",
            title: t("col.billedAs"),
            sort: (b) => b.billableAs,
            cell: (b) => (
              <>
                {billName(b.billableAs)}
                <small>
                  <code>{b.billableAs}</code>
                </small>
              </>
            ),
          },
          {
            id: "n",
            title: t("col.messages"),
            numeric: true,
            sort: (b) => b.messages,
            cell: (b) => count(b.messages),
          },
          {
            id: "price",
            title: t("col.price"),
            numeric: true,
            sort: (b) => b.price,
            cell: (b) => (b.price == null ? count(null) : money(b.price, currency)),
          },
          {
            id: "cost",
            title: t("col.cost"),
            numeric: true,
            sort: (b) => b.cost,
            cell: (b) => (b.cost == null ? count(null) : money(b.cost, currency)),
          },
        ]}
      />
      <DataTable
        title={t("costs.categories")}
        rows={categories}
        keyOf={(c) => `${c.category}/${c.author}/${c.kind}`}
        columns={CATEGORIES}
        csv={file("costs", "categories")}
      />
    </>
  );
}

function billName(billableAs: string): string {
  const [type = "", category = ""] = billableAs.split("/");
  const named = word(`category.${category}`) ?? category;
  return type === "regular" ? named : `${named} (${word(`billing.${type}`) ?? type})`;
}

type Category = Costs["categories"][number];
const CATEGORIES: Column<Category>[] = [
  {
    id: "category",
    title: t("col.category"),
    sort: (c) => c.category,
    cell: (c) => word(`category.${c.category}`) ?? (c.category || "–"),
  },
  {
    id: "author",
    title: t("col.author"),
    sort: (c) => c.author,
    cell: (c) => t(`author.${c.author}` as Key),
  },
  {
    id: "kind",
    title: t("col.kind"),
    sort: (c) => c.kind,
    cell: (c) => word(`kind.${c.kind}`) ?? c.kind,
  },
  {
    id: "n",
    title: t("col.messages"),
    numeric: true,
    sort: (c) => c.messages,
    cell: (c) => count(c.messages),
  },
  {
    id: "delivered",
    title: t("stage.delivered"),
    numeric: true,
    sort: (c) => c.delivered,
    cell: (c) => (
      <>
        {count(c.delivered)}
        <small>{share(c.delivered, c.messages)}</small>
      </>
    ),
  },
  {
    id: "read",
    title: t("stage.read"),
    numeric: true,
    sort: (c) => c.read,
    cell: (c) => (
      <>
        {count(c.read)}
        <small>{share(c.read, c.messages)}</small>
      </>
    ),
  },
  {
    id: "failed",
    title: t("col.failed"),
    numeric: true,
    sort: (c) => c.failed,
    cell: (c) => count(c.failed),
  },
];
