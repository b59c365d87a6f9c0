/** Handoff: the load on people, how long customers wait, promises kept, and what they say of it. */
import { Chart } from "@kit/chart";
import { number } from "@kit/i18n";
import { type Column, DataTable } from "@kit/table";
import { clock, span } from "@kit/time";
import { Headset } from "lucide";
import { useAnswer } from "./answers";
import type { People, Tickets } from "./contract";
import { Answered, Bars, Nothing, Panel, Tile, count, lasting, share } from "./parts";
import { file, question } from "./place";
import { stepOf } from "./steps";
import { t, word } from "./texts";

export default function PeoplePage() {
  const answer = useAnswer<People>(question("sections/people"), 60_000);
  return <Answered answer={answer}>{(people) => <Overview {...people} />}</Answered>;
}

function Overview({ summary, now, at, load, teams, agents, ratings, reasons }: People) {
  const kept = summary.tickets - summary.lateFirstReply;
  const rated = ratings.reduce((all, r) => all + r.tickets, 0);
  return (
    <>
      <dl class="tiles">
        <Tile
          label={t("people.waiting")}
          value={number(now.waiting)}
          more={
            now.oldestAt
              ? t("people.oldest", { span: span(clock.value - now.oldestAt) })
              : t("tile.nobody")
          }
          tone={now.waiting ? "warn" : undefined}
        />
        <Tile
          label={t("people.held")}
          value={number(now.held)}
          more={t("people.openedIn", { n: number(summary.tickets) })}
        />
        <Tile
          label={t("people.firstReply")}
          value={lasting(summary.firstReplyMs)}
          more={t("people.p90", { time: lasting(summary.firstReplyP90Ms) })}
          hint={t("hint.wall")}
        />
        <Tile
          label={t("people.kept")}
          value={share(kept, summary.tickets)}
          more={t("people.late", { n: summary.lateFirstReply, m: summary.lateResolution })}
          tone={
            summary.tickets && kept / summary.tickets < 0.8
              ? "bad"
              : summary.tickets
                ? "ok"
                : undefined
          }
        />
      </dl>
      {summary.tickets === 0 && now.held + now.waiting === 0 ? (
        <div class="panel">
          <Nothing icon={Headset} title={t("people.none")}>
            {t("people.noneMore")}
          </Nothing>
        </div>
      ) : (
        <>
          <Chart
            label={t("people.load")}
            csv={file("people", "load")}
            summary={t("people.summary", {
              opened: number(summary.tickets),
              most: number(Math.max(0, ...load.held)),
            })}
            at={at.map((ms) => ms / 1000)}
            by={stepOf(at)}
            unit={(n) => number(n)}
            series={[
              { label: t("people.inHand"), color: "--c1", values: load.held, fill: true },
              { label: t("people.opened"), color: "--c3", values: load.opened },
              { label: t("people.closed"), color: "--c2", values: load.closed },
            ]}
          />
          <div class="charts">
            <Panel title={t("people.reasons")}>
              <Bars
                bars={reasons.map((r) => ({
                  key: r.reason,
                  label: word(`handoff.${r.reason}`) ?? r.reason,
                  value: r.handoffs,
                  figure: number(r.handoffs),
                }))}
              />
            </Panel>
            <Panel
              title={t("people.ratings")}
              more={
                rated
                  ? t("people.rating", {
                      rating: number(summary.rating ?? 0, 1),
                      n: rated,
                      share: share(rated, summary.closed),
                    })
                  : t("people.unrated")
              }
            >
              {rated > 0 && (
                <Bars
                  bars={[5, 4, 3, 2, 1].map((rating) => {
                    const n = ratings.find((r) => r.rating === rating)?.tickets ?? 0;
                    return {
                      key: String(rating),
                      label: <Stars rating={rating} />,
                      value: n,
                      figure: number(n),
                      more: share(n, rated),
                    };
                  })}
                />
              )}
            </Panel>
          </div>
          <DataTable
            title={t("people.teams")}
            rows={teams}
            keyOf={(row) => row.team}
            columns={[
              {
                id: "team",
                title: t("col.team"),
                sort: (row) => row.team,
                cell: (row) => row.team || t("anyTeam"),
              },
              ...figures<(typeof teams)[number]>(),
            ]}
            csv={file("people", "teams")}
          />
          <DataTable
            title={t("people.agents")}
            rows={agents}
            keyOf={(row) => row.agent}
            columns={[
              {
                id: "agent",
                title: t("col.agent"),
                sort: (row) => row.agent,
                cell: (row) => row.agent,
              },
              ...figures<(typeof agents)[number]>(),
            ]}
            csv={file("people", "agents")}
            empty={<Nothing icon={Headset} title={t("people.nobody")} />}
          />
        </>
      )}
    </>
  );
}

const Stars = ({ rating }: { rating: number }) => (
  <span class="stars">
    <span aria-hidden="true">
      {"★".repeat(rating)}
      <i>{"★".repeat(5 - rating)}</i>
    </span>
    <span class="sr">{t("people.stars", { n: rating })}</span>
  </span>
);

function figures<Row extends Tickets>(): Column<Row>[] {
  return [
    {
      id: "tickets",
      title: t("col.tickets"),
      numeric: true,
      sort: (r) => r.tickets,
      cell: (r) => count(r.tickets),
    },
    {
      id: "closed",
      title: t("people.closed"),
      numeric: true,
      sort: (r) => r.closed,
      cell: (r) => count(r.closed),
    },
    {
      id: "reply",
      title: t("people.firstReply"),
      hint: t("hint.wall"),
      numeric: true,
      sort: (r) => r.firstReplyMs,
      cell: (r) => lasting(r.firstReplyMs),
    },
    {
      id: "resolution",
      title: t("people.resolution"),
      hint: t("hint.wall"),
      numeric: true,
      sort: (r) => r.resolutionMs,
      cell: (r) => lasting(r.resolutionMs),
    },
    {
      id: "lateReply",
      title: t("col.lateReply"),
      numeric: true,
      sort: (r) => r.lateFirstReply,
      cell: (r) => count(r.lateFirstReply),
    },
    {
      id: "lateResolution",
      title: t("col.lateResolution"),
      numeric: true,
      sort: (r) => r.lateResolution,
      cell: (r) => count(r.lateResolution),
    },
    {
      id: "transfers",
      title: t("col.transfers"),
      numeric: true,
      sort: (r) => r.transfers,
      cell: (r) => count(r.transfers),
    },
    {
      id: "rating",
      title: t("col.rating"),
      numeric: true,
      sort: (r) => r.rating,
      cell: (r) =>
        r.rating == null ? count(null) : `${number(r.rating, 1)} (${number(r.ratings)})`,
    },
  ];
}
