import { DAY_MS, HOUR_MS, MINUTE_MS } from "@overdue/schedules";

import { clockText, dayText, parseWallClock, wallClockText } from "../time/zones.ts";
import { type Zoom, ZOOMS } from "./day-choices.ts";
import type { Span } from "./day-queries.ts";

/** `stepMs`: by how much the live span moves at once, so that its query does not change every second. */
const LENGTHS: Record<Zoom, { ms: number; stepMs: number; label: string }> = {
  hour: { ms: HOUR_MS, stepMs: MINUTE_MS, label: "Hour" },
  "6h": { ms: 6 * HOUR_MS, stepMs: 5 * MINUTE_MS, label: "6 hours" },
  day: { ms: DAY_MS, stepMs: 15 * MINUTE_MS, label: "Day" },
  week: { ms: 7 * DAY_MS, stepMs: HOUR_MS, label: "Week" },
  month: { ms: 30 * DAY_MS, stepMs: 6 * HOUR_MS, label: "Month" },
};

/** The share of the live span that lies in the future, and shows what will be due. */
const FUTURE_SHARE = 1 / 6;
/** By which share of the span one step earlier or later moves. */
const SHIFT_SHARE = 1 / 2;

export function zoomLabel(zoom: Zoom): string {
  return LENGTHS[zoom].label;
}

/** The span that begins at `at`; if that is null, the span around `now`, a sixth of which lies in the future. */
export function spanAt(zoom: Zoom, at: number | null, now: number): Span {
  const { ms, stepMs } = LENGTHS[zoom];
  if (at !== null) return { from: at, until: at + ms };
  const until = Math.ceil((now + ms * FUTURE_SHARE) / stepMs) * stepMs;
  return { from: until - ms, until };
}

/** The beginning of the span half a span earlier (-1) or later (1). */
export function shiftStart({ from, until }: Span, by: -1 | 1): number {
  return from + by * (until - from) * SHIFT_SHARE;
}

/** The beginning of a span of another length around the middle of this one. */
export function zoomStart({ from, until }: Span, zoom: Zoom): number {
  const middle = (from + until) / 2;
  return Math.round((middle - LENGTHS[zoom].ms / 2) / MINUTE_MS) * MINUTE_MS;
}

/** The next shorter (-1) or longer (1) span, or the same if there is none. */
export function nextZoom(zoom: Zoom, by: -1 | 1): Zoom {
  return ZOOMS[ZOOMS.indexOf(zoom) + by] ?? zoom;
}

/** A line of the time axis. `strong`: a day begins. */
export type AxisLine = { at: number; label: string; strong: boolean };

const AXIS_STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 7_200].map(
  (minutes) => minutes * MINUTE_MS,
);

/** The lines of a time axis in the local time of a zone, about `max` of them at most. */
export function axisLines({ from, until }: Span, timeZone: string, max: number): AxisLine[] {
  const step = AXIS_STEPS.find((one) => (until - from) / one <= max) ?? 7_200 * MINUTE_MS;
  // Steps are counted in local time, so that a line stays at its hour across a clock change.
  const wall = Date.parse(`${wallClockText(from, timeZone)}Z`);
  const lines: AxisLine[] = [];
  for (let at = Math.ceil(wall / step) * step; lines.length < max * 2; at += step) {
    const instant = parseWallClock(new Date(at).toISOString().slice(0, 16), timeZone);
    if (instant === null || instant >= until) break;
    const strong = at % DAY_MS === 0;
    if (instant >= from) lines.push({ at: instant, strong, label: axisLabel(instant, timeZone, strong) });
  }
  return lines;
}

function axisLabel(at: number, timeZone: string, isDay: boolean): string {
  return isDay ? dayText(at, timeZone) : (clockText(at, timeZone).split(" ")[0] ?? "");
}
