import { durationText } from "@overdue/core";
import { useEffect, useRef, useState } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { browserZone, instant, shortZonedText } from "../time/zones.ts";
import { chartColumns, durationItemText, type DurationsView } from "./duration-data.ts";
import styles from "./duration-card.module.css";

const HEIGHT_PX = 200;

/** How long runs took over time, with the band of the baseline. The run at the pointer is described below the chart. */
export function DurationChart({ data }: { data: DurationsView }) {
  const field = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    const chart = new UPlot(chartOptions(element, setPointed), chartColumns(data), element);
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    // The chart is drawn on a canvas, so it must be drawn again for another colour scheme.
    const scheme = new MutationObserver(() => chart.redraw(false));
    scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      observer.disconnect();
      scheme.disconnect();
      chart.destroy();
    };
  }, [data]);
  const item = pointed === null ? undefined : data.items[pointed];
  return (
    <>
      <div ref={field} className={styles["chart"]} aria-hidden />
      <output className={styles["pointed"]}>
        {item === undefined
          ? "Point at a run to read it."
          : `${shortZonedText(instant(item.at), browserZone())}: ${durationItemText(item, data.usual)}`}
      </output>
    </>
  );
}

const DAY_SECONDS = 86_400;

/** "20 Nov", or "14:00" if the labels of the axis are less than a day apart. `at`: seconds since 1970. */
function timeLabel(at: number, [first = 0, second = DAY_SECONDS]: readonly number[]): string {
  const isDay = second - first >= DAY_SECONDS;
  const [day = "", clock = ""] = shortZonedText(at * 1_000, browserZone()).split(", ");
  return (isDay ? day.split(" ").slice(1).join(" ") : clock.split(" ")[0]) ?? "";
}

/** Steps of the axis of durations whose labels are short: "20 min", and not "16 min 40 s". */
const STEPS_SECONDS = [
  ...[0.001, 0.01, 0.1].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[1, 60].flatMap((unit) => [1, 2, 5, 10, 20, 30].map((steps) => steps * unit)),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 240, 480, 960].map((hours) => hours * 3_600),
];
const LETTER_PX = 7;
const AXIS_PADDING_PX = 14;

function axisWidth(labels: readonly string[]): number {
  return AXIS_PADDING_PX + LETTER_PX * Math.max(1, ...labels.map((label) => label.length));
}

function chartOptions(element: HTMLElement, point: (index: number | null) => void): UPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = { stroke: () => colour("--mantine-color-dimmed"), font: "12px system-ui" };
  const grid = { stroke: () => colour("--surface-border"), width: 1 };
  const points = (name: string, size: number): UPlot.Series => ({
    paths: () => null,
    points: { show: true, size, stroke: () => colour(name), fill: () => colour(name) },
  });
  const bound: UPlot.Series = {
    stroke: () => colour("--status-up"),
    width: 1,
    dash: [4, 4],
    points: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), browserZone()),
    scales: { y: { range: (_, __, highest) => [0, highest * 1.1 || 1] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { show: false },
        values: (_, seconds) => seconds.map((one) => timeLabel(one, seconds)),
      },
      {
        ...axis,
        grid,
        ticks: { show: false },
        incrs: STEPS_SECONDS,
        // Uplot calls it before there are labels, too.
        size: (_, labels: string[] | null) => axisWidth(labels ?? []),
        values: (_, seconds) => seconds.map((one) => (one === 0 ? "0" : durationText(one * 1_000))),
      },
    ],
    series: [
      {},
      {
        stroke: () => colour("--status-new"),
        width: 1,
        points: {
          show: true,
          size: 4,
          stroke: () => colour("--status-new"),
          fill: () => colour("--status-new"),
        },
        spanGaps: true,
      },
      points("--status-down", 7),
      points("--status-overlong", 8),
      bound,
      bound,
    ],
    bands: [{ series: [5, 4], fill: () => `${colour("--status-up")}1a` }],
    hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
  };
}
