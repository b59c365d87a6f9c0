import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { boot } from "./boot";
import { theme, themeChanged } from "./theme";
import { time } from "./time";

export interface Series {
  label: string;
  color: `--${string}`;
  values: (number | null)[];
  fill?: boolean;
}
interface Props {
  label: string;
  summary: string;
  at: number[];
  series: Series[];
  unit: (v: number) => string;
  height?: number;
}

const css = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A time series. The figure's caption says in words what the picture shows; the table beside it holds the numbers. */
export function Chart({ label, summary, at, series, unit, height = 200 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  themeChanged.value; // colours are read again when the theme changes

  useEffect(() => {
    const node = box.current!;
    const axis: uPlot.Axis = {
      stroke: css("--text-3"),
      font: "11px 'Inter Variable', system-ui",
      grid: { stroke: css("--line"), width: 1 },
      ticks: { show: false },
    };
    plot.current = new uPlot(
      {
        width: node.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 18, 0, 0],
        cursor: { y: false, points: { size: 7 } },
        tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), boot.timeZone),
        scales: { y: { range: (_u, _min, max) => [0, Math.max(1, max * 1.15)] } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            space: 70,
            values: (_u, splits) => splits.map((s) => time(s * 1000)),
          },
          { ...axis, size: 52, gap: 6, space: 40, values: (_u, splits) => splits.map(unit) },
        ],
        series: [
          {},
          ...series.map((s) => ({
            label: s.label,
            stroke: css(s.color),
            width: 1.75,
            points: { show: false },
            ...(s.fill ? { fill: css(s.color) + "1f" } : {}),
            ...(uPlot.paths.spline ? { paths: uPlot.paths.spline() } : {}),
          })),
        ],
        hooks: {
          setCursor: [
            (u) => {
              const i = u.cursor.idx;
              node.parentElement!.querySelectorAll("[data-series]").forEach((out, n) => {
                const value = series[n]?.values[i ?? at.length - 1];
                out.textContent = value == null ? "–" : unit(value);
              });
            },
          ],
        },
      },
      [at, ...series.map((s) => s.values)] as uPlot.AlignedData,
      node,
    );
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: node.clientWidth, height }),
    );
    observer.observe(node);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [themeChanged.value, theme.value]);

  useEffect(() => {
    plot.current?.setData([at, ...series.map((s) => s.values)] as uPlot.AlignedData);
  }, [at]);

  return (
    <figure class="chart">
      <figcaption>
        <h2>{label}</h2>
        <p class="sr">{summary}</p>
        <ul class="legend">
          {series.map((s) => (
            <li key={s.label}>
              <i style={{ background: `var(${s.color})` }} />
              {s.label} <b data-series>{unit(s.values.at(-1) ?? 0)}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} aria-hidden="true" />
    </figure>
  );
}

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
