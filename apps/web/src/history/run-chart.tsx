import { DAY_SECONDS } from "@overdue/schedules";
import { useEffect, useRef, useState } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { browserZone, shortZonedText } from "../time/zones.ts";
import styles from "./run-chart.module.css";

const HEIGHT_PX = 200;

/**
 * The columns of a chart, as uPlot takes them. Times are seconds since 1970. Between `low` and `high` lies what is usual;
 * `min` and `max` are limits that a person has set.
 */
export type ChartColumns = [
  at: number[],
  good: (number | null)[],
  failed: (number | null)[],
  outliers: (number | null)[],
  low: (number | null)[],
  high: (number | null)[],
  min: (number | null)[],
  max: (number | null)[],
];

type Props = {
  columns: ChartColumns;
  /** The ends of the axis of values; left out: from zero to a little above the highest. */
  range?: readonly [number, number] | undefined;
  /** The text at the axis for a value. */
  axisText: (value: number) => string;
  /** The distances that the lines of the axis may have; left out: round numbers. */
  steps?: readonly number[] | undefined;
  /** The text for the run with this index. */
  describe: (index: number) => string;
};

/** What runs took or reported over time, with the band of what is usual. The run at the pointer is described below. */
export function RunChart({ columns, range, axisText, steps, describe }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    const chart = new UPlot(chartOptions(element, { range, axisText, steps }, setPointed), columns, element);
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
  }, [columns, range, axisText, steps]);
  const at = pointed === null ? undefined : columns[0][pointed];
  return (
    <>
      <div ref={field} className={styles["chart"]} aria-hidden />
      <output className={styles["pointed"]}>
        {pointed === null || at === undefined
          ? "Point at a run to read it."
          : `${shortZonedText(at * 1_000, browserZone())}: ${describe(pointed)}`}
      </output>
    </>
  );
}

/** "20 Nov", or "14:00" if the labels of the axis are less than a day apart. `at`: seconds since 1970. */
function timeLabel(at: number, [first = 0, second = DAY_SECONDS]: readonly number[]): string {
  const isDay = second - first >= DAY_SECONDS;
  const [day = "", clock = ""] = shortZonedText(at * 1_000, browserZone()).split(", ");
  return (isDay ? day.split(" ").slice(1).join(" ") : clock.split(" ")[0]) ?? "";
}

const LETTER_PX = 7;
const AXIS_PADDING_PX = 14;

function axisWidth(labels: readonly string[]): number {
  return AXIS_PADDING_PX + LETTER_PX * Math.max(1, ...labels.map((label) => label.length));
}

function chartOptions(
  element: HTMLElement,
  { range, axisText, steps }: Pick<Props, "range" | "axisText" | "steps">,
  point: (index: number | null) => void,
): UPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = { stroke: () => colour("--mantine-color-dimmed"), font: "12px system-ui" };
  const grid = { stroke: () => colour("--surface-border"), width: 1 };
  const points = (name: string, size: number): UPlot.Series => ({
    paths: () => null,
    points: { show: true, size, stroke: () => colour(name), fill: () => colour(name) },
  });
  const line = (name: string): UPlot.Series => ({
    stroke: () => colour(name),
    width: 1,
    dash: [4, 4],
    points: { show: false },
  });
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), browserZone()),
    scales: {
      y: {
        range: (_, __, highest) => (range === undefined ? [0, highest * 1.1 || 1] : [range[0], range[1]]),
      },
    },
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
        ...(steps !== undefined && { incrs: [...steps] }),
        // Uplot calls it before there are labels, too.
        size: (_, labels: string[] | null) => axisWidth(labels ?? []),
        values: (_, values) => values.map((one) => (one === 0 ? "0" : axisText(one))),
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
      line("--status-up"),
      line("--status-up"),
      line("--status-down"),
      line("--status-down"),
    ],
    bands: [{ series: [5, 4], fill: () => `${colour("--status-up")}1a` }],
    hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
  };
}
