/** Campaigns: what left, what arrived, who answered or stopped, what it cost and what was refused. */
import { Chart } from "@kit/chart";
import { number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { Megaphone } from "lucide";
import { useAnswer } from "./answers";
import type { Campaign, Campaigns } from "./contract";
import { Answered, Bars, Nothing, Panel, Tile, When, count, money, share } from "./parts";
import { file, question } from "./place";
import { stepOf } from "./steps";
import { t, word } from "./texts";

const COLORS = ["--c1", "--c2", "--c3", "--c4", "--c5"] as const;
const STAGES = ["sent", "delivered", "read", "replied"] as const;

export default function CampaignsPage() {
  const answer = useAnswer<Campaigns>(question("sections/campaigns"));
  return <Answered answer={answer}>{(campaigns) => <Overview {...campaigns} />}</Answered>;
}

function Overview({ campaigns, failures, runs, at, daily, currency }: Campaigns) {
  const sum = (pick: (c: Campaign) => number) => campaigns.reduce((all, c) => all + pick(c), 0);
  const sent = sum((c) => c.sent);
  const cost = currency ? sum((c) => c.cost ?? 0) : null;
  const names = Object.keys(daily).sort((a, b) => total(daily[b]!) - total(daily[a]!));
  const shown = names.slice(0, COLORS.length);
  return (
    <>
      <dl class="tiles">
        <Tile
          label={t("campaigns.sent")}
          value={number(sent)}
          more={t("campaigns.of", { n: campaigns.length })}
        />
        <Tile
          label={t("campaigns.read")}
          value={share(
            sum((c) => c.read),
            sent,
          )}
          more={t("campaigns.delivered", {
            share: share(
              sum((c) => c.delivered),
              sent,
            ),
          })}
        />
        <Tile
          label={t("campaigns.replied")}
          value={share(
            sum((c) => c.replied),
            sent,
          )}
          more={t("campaigns.stopped", { n: sum((c) => c.optedOut) })}
          hint={t("hint.replied")}
        />
        <Tile
          label={t("col.cost")}
          value={money(cost, currency)}
          more={
            cost == null
              ? t("campaigns.unpriced")
              : t("campaigns.each", { cost: money(sent ? cost / sent : 0, currency) })
          }
        />
      </dl>
      {campaigns.length === 0 ? (
        <div class="panel">
          <Nothing icon={Megaphone} title={t("campaigns.none")}>
            {t("campaigns.noneMore")}
          </Nothing>
        </div>
      ) : (
        <>
          <div class="charts">
            <Chart
              label={t("campaigns.chart")}
              csv={file("campaigns", "daily")}
              summary={t("campaigns.summary", { n: number(sent), m: campaigns.length })}
              at={at.map((ms) => ms / 1000)}
              by={stepOf(at)}
              kind="bars"
              total
              unit={(n) => number(n)}
              series={shown.map((name, i) => ({
                label: name,
                color: COLORS[i]!,
                values: daily[name]!,
              }))}
            />
            <Panel title={t("campaigns.funnel")} more={t("campaigns.funnelMore")}>
              <Bars
                most={sent}
                bars={STAGES.map((stage) => {
                  const n = sum((c) => c[stage]);
                  return {
                    key: stage,
                    label: t(`stage.${stage}`),
                    value: n,
                    figure: number(n),
                    more: share(n, sent),
                  };
                })}
              />
            </Panel>
          </div>
          <DataTable
            title={t("section.campaigns")}
            rows={campaigns}
            keyOf={(c) => c.campaign}
            columns={columns(currency)}
            csv={file("campaigns", "campaigns")}
          />
          <div class="charts even">
            <DataTable
              title={t("campaigns.failures")}
              rows={failures}
              keyOf={(f) => `${f.campaign}${f.reason}${f.code}`}
              csv={file("campaigns", "failures")}
              empty={<Nothing icon={Megaphone} title={t("failures.none")} />}
              columns={[
                {
                  id: "reason",
                  title: t("col.reason"),
                  sort: (f) => f.reason,
                  cell: (f) => (
                    <>
                      {word(`reason.${f.reason}`) ?? (f.reason || "–")}
                      <small>
                        {f.campaign}
                        {f.code > 0 && (
                          <>
                            {" "}
                            · <code>{f.code}</code>
                          </>
                        )}
                      </small>
                    </>
                  ),
                },
                {
                  id: "n",
                  title: t("col.messages"),
                  numeric: true,
                  sort: (f) => f.messages,
                  cell: (f) => count(f.messages),
                },
              ]}
            />
            <DataTable
              title={t("campaigns.runs")}
              rows={runs}
              keyOf={(r) => `${r.campaign}${r.at}`}
              csv={file("campaigns", "runs")}
              empty={<Nothing icon={Megaphone} title={t("runs.none")} />}
              columns={[
                {
                  id: "campaign",
                  title: t("col.campaign"),
                  sort: (r) => r.campaign,
                  cell: (r) => (
                    <>
                      {r.campaign}
                      <small>{skipped(r.skipped)}</small>
                    </>
                  ),
                },
                {
                  id: "considered",
                  title: t("col.considered"),
                  numeric: true,
                  sort: (r) => r.considered,
                  cell: (r) => count(r.considered),
                },
                {
                  id: "queued",
                  title: t("col.queued"),
                  numeric: true,
                  sort: (r) => r.queued,
                  cell: (r) => count(r.queued),
                },
                {
                  id: "at",
                  title: t("col.when"),
                  numeric: true,
                  sort: (r) => r.at,
                  cell: (r) => <When at={r.at} />,
                },
              ]}
            />
          </div>
        </>
      )}
    </>
  );
}

const total = (values: number[]) => values.reduce((all, n) => all + n, 0);
const skipped = (reasons: Record<string, number>) =>
  Object.entries(reasons)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([reason, n]) => `${word(`reason.${reason}`) ?? reason} ${number(n)}`)
    .join(" · ");

const columns = (currency: string): Column<Campaign>[] => [
  {
    id: "campaign",
    title: t("col.campaign"),
    sort: (c) => c.campaign,
    cell: (c) => (
      <>
        {c.campaign}
        {c.lastAt && (
          <small>
            {t("lastOn")} <When at={c.lastAt} />
          </small>
        )}
      </>
    ),
  },
  {
    id: "sent",
    title: t("stage.sent"),
    numeric: true,
    sort: (c) => c.sent,
    cell: (c) => count(c.sent),
  },
  ...(["delivered", "read", "replied"] as const).map((stage): Column<Campaign> => ({
    id: stage,
    title: t(`stage.${stage}`),
    numeric: true,
    sort: (c) => c[stage],
    cell: (c) => (
      <>
        {count(c[stage])}
        <small>{share(c[stage], c.sent)}</small>
      </>
    ),
  })),
  {
    id: "optedOut",
    title: t("col.optedOut"),
    numeric: true,
    sort: (c) => c.optedOut,
    cell: (c) => count(c.optedOut),
  },
  {
    id: "failed",
    title: t("col.failed"),
    numeric: true,
    sort: (c) => c.failed,
    cell: (c) => count(c.failed),
  },
  {
    id: "cost",
    title: t("col.cost"),
    numeric: true,
    sort: (c) => c.cost,
    cell: (c) => (c.cost == null ? count(null) : money(c.cost, currency)),
  },
];
