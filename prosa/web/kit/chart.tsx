import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { boot } from "./boot";
import { shortDay, t } from "./figures";
import { theme, themeChanged } from "./theme";
import { time } from "./time";
import { Icon, IconButton, type IconNode } from "./ui";

export interface Series {
  label: string;
  color: `--${string}`;
  values: (number | null)[];
  fill?: boolean;
}
interface Props {
  label: string;
  summary: string;
  at: number[]; // seconds since 1970
  series: Series[];
  unit: (v: number) => string;
  height?: number;
  by?: "minute" | "hour" | "day"; // what a point stands for
  kind?: "line" | "bars"; // bars stand on each other
  csv?: string; // address of the figures as a file
  total?: boolean; // the legend shows sums until the pointer asks for one point
}

const css = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const LEAST = 120; // seconds: what has just begun to be watched fills no chart
const WIDEST_TABLE = 96; // rows; a longer one shows its end

const table: IconNode = [
  [
    "path",
    {
      d: "M9 3H5a2 2 0 0 0-2 2v4m6-6h10a2 2 0 0 1 2 2v4M9 3v18m0 0h10a2 2 0 0 0 2-2V9M9 21H5a2 2 0 0 1-2-2V9m0 0h18",
    },
  ],
];
const line: IconNode = [
  ["path", { d: "M3 3v16a2 2 0 0 0 2 2h16" }],
  ["path", { d: "m19 9-5 5-4-4-3 3" }],
];

const download: IconNode = [
  ["path", { d: "M12 15V3" }],
  ["path", { d: "M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4" }],
  ["path", { d: "m7 10 5 5 5-5" }],
];

/**
 * A time series. Its caption says in words what the picture shows, and the same figures stand in a
 * table behind a button. Bars are drawn from the top of the pile down, each over the one below it.
 * The page that uses charts imports uPlot's style.
 */
export function Chart(props: Props) {
  const { label, summary, at, series, unit, total } = props;
  const tabular = useSignal(false);
  const figure = useRef<HTMLElement>(null);
  const sum = (s: Series) => s.values.reduce<number>((all, v) => all + (v ?? 0), 0);
  return (
    <figure class="chart" ref={figure}>
      <figcaption>
        <h2>{label}</h2>
        {props.csv && (
          <a
            class="icon-button"
            href={props.csv}
            download
            aria-label={t("csvOf", { label })}
            title={t("csvOf", { label })}
          >
            <Icon icon={download} />
          </a>
        )}
        <IconButton
          icon={tabular.value ? line : table}
          size={16}
          label={t(tabular.value ? "asChart" : "asTable", { label })}
          onClick={() => {
            tabular.value = !tabular.value;
          }}
        />
        <p class="sr">{summary}</p>
        <ul class="legend">
          {series.map((s) => (
            <li key={s.label}>
              <i style={{ background: `var(${s.color})` }} />
              {s.label} <b data-series>{unit(total ? sum(s) : (s.values.at(-1) ?? 0))}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      {tabular.value ? (
        <Figures {...props} />
      ) : (
        // what a series is decides the picture; its values only fill it
        <Picture
          key={`${series.map((s) => s.label + s.color).join()} ${props.by}`}
          {...props}
          legend={(point) => {
            figure.current!.querySelectorAll("[data-series]").forEach((out, n) => {
              const one = series[n];
              if (!one) return;
              const value = point === undefined ? undefined : one.values[point];
              const still = total ? sum(one) : one.values[at.length - 1];
              const shown = point === undefined ? still : value;
              out.textContent = shown == null ? "–" : unit(shown);
            });
          }}
        />
      )}
    </figure>
  );
}

function Picture(props: Props & { legend: (point: number | undefined) => void }) {
  const { at, series, unit, height = 200, by = "minute", kind = "line" } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const hover = useRef(props.legend);
  hover.current = props.legend;

  useEffect(() => {
    const node = box.current!;
    const axis: uPlot.Axis = {
      stroke: css("--text-3"),
      font: "11px 'Inter Variable', system-ui",
      grid: { stroke: css("--line"), width: 1 },
      ticks: { show: false },
    };
    const named = (s: number) => (by === "day" ? shortDay(s * 1000) : time(s * 1000));
    plot.current = new uPlot(
      {
        width: node.clientWidth,
        height,
        legend: { show: false },
        padding: [8, by === "day" ? 28 : 18, 0, 0],
        cursor: { y: false, points: { size: kind === "bars" ? 0 : 7 } },
        tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), boot.timeZone),
        scales: {
          x: { range: (u, min, max) => around(min, max, u.data[0], kind, by) },
          y: { range: (_u, _min, max) => [0, Math.max(1, max * 1.15)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            space: 64,
            ...(by === "minute" ? { incrs: [60, 300, 600, 900, 1800, 3600] } : {}),
            // days are not all of one length: the points themselves are the marks
            ...(by === "day" ? { splits: (u: uPlot) => sparse(u.data[0], u.width / 64) } : {}),
            values: (_u, splits) => splits.map(named),
          },
          {
            ...axis,
            size: 52,
            gap: 6,
            space: 40,
            incrs: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]
              .flatMap((n) => [n, n * 1e3, n * 1e6])
              .sort((a, b) => a - b),
            values: (_u, splits) => splits.map(unit),
          },
        ],
        series: [
          {},
          ...(series.map((s) => ({
            label: s.label,
            stroke: css(s.color),
            width: kind === "bars" ? 0 : 1.75,
            points: { show: kind === "line" && at.length === 1 },
            fill: kind === "bars" ? css(s.color) : s.fill ? css(s.color) + "1f" : undefined,
            paths:
              kind === "bars"
                ? uPlot.paths.bars!({ size: [0.7, 36], radius: 0.12 })
                : by === "minute"
                  ? uPlot.paths.linear!()
                  : uPlot.paths.spline!(),
          })) as uPlot.Series[]),
        ],
        hooks: { setCursor: [(u) => hover.current(u.cursor.idx ?? undefined)] },
      },
      drawn(at, series, kind),
      node,
    );
    const observer = new ResizeObserver(() => {
      if (node.clientWidth) plot.current?.setSize({ width: node.clientWidth, height });
    });
    observer.observe(node);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [themeChanged.value, theme.value]);

  useEffect(() => {
    plot.current?.setData(drawn(at, series, kind));
  }, [at, series]);

  return <div ref={box} aria-hidden="true" onMouseLeave={() => hover.current(undefined)} />;
}

function Figures({ label, at, series, unit, by = "minute" }: Props) {
  const from = Math.max(0, at.length - WIDEST_TABLE);
  const named = (s: number) =>
    by === "day"
      ? shortDay(s * 1000)
      : by === "hour"
        ? `${shortDay(s * 1000)} ${time(s * 1000)}`
        : time(s * 1000);
  return (
    <div class="table-box figures" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("when")}</th>
            {series.map((s) => (
              <th key={s.label} scope="col" class="n">
                {s.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {at
            .slice(from)
            .map((s, i) => (
              <tr key={s}>
                <th scope="row" class="num">
                  {named(s)}
                </th>
                {series.map((one) => {
                  const value = one.values[from + i];
                  return (
                    <td key={one.label} class="n num">
                      {value == null ? "–" : unit(value)}
                    </td>
                  );
                })}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}

/** Bars are piled: each series is drawn with those below it, the whole pile first. */
function drawn(at: number[], series: Series[], kind: Props["kind"]): uPlot.AlignedData {
  if (kind !== "bars") return [at, ...series.map((s) => s.values)] as uPlot.AlignedData;
  const piles = series.map((_, from) =>
    at.map((_, i) => series.slice(from).reduce((sum, s) => sum + (s.values[i] ?? 0), 0)),
  );
  return [at, ...piles] as uPlot.AlignedData;
}

/** Bars get half a step of air at both ends, so that the first and the last are whole. */
function around(
  min: number,
  max: number,
  at: ArrayLike<number>,
  kind: Props["kind"],
  by: Props["by"],
): [number, number] {
  const many = at.length > 1;
  const step = many
    ? (at[at.length - 1]! - at[0]!) / (at.length - 1)
    : by === "day"
      ? 86_400
      : 3600;
  if (kind === "bars" || (!many && by !== "minute")) return [min - step / 2, max + step / 2];
  return by === "minute" ? [Math.min(min, max - LEAST), max] : [min, max];
}

const sparse = (at: ArrayLike<number>, most: number) => {
  const every = Math.max(1, Math.ceil(at.length / Math.max(1, most)));
  return Array.from(at).filter((_, i) => i % every === 0);
};

/** A word-sized line for table cells. */
export function Sparkline({
  values,
  color = "--accent-text",
}: {
  values: number[];
  color?: `--${string}`;
}) {
  const max = Math.max(1, ...values);
  const points = values.map(
    (v, i) =>
      `${((i / Math.max(1, values.length - 1)) * 80).toFixed(1)},${(19 - (v / max) * 16).toFixed(1)}`,
  );
  return (
    <svg class="spark" width="80" height="20" viewBox="0 0 80 20" aria-hidden="true">
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke={`var(${color})`}
        stroke-width="1.5"
        stroke-linejoin="round"
      />
    </svg>
  );
}
