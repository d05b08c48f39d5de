import {
  type Box,
  durationText,
  exitMeaning,
  isStroked,
  type MarkKind,
  type RunKind,
  shapePath,
} from "@overdue/core";

import type { CheckActivity } from "./day-queries.ts";

/** The activity of one check in a span of `ms`, to draw its row. `now`: ms after the beginning of the span. */
export type RowInput = { check: CheckActivity; ms: number; partMs: number; now: number };

type Kind = RunKind | "upcoming";

/** All shapes of one kind as one SVG path. */
export type RowShape = { kind: Kind; path: string; stroke: boolean };

/** The height of a row's picture, in pixels, and where in it runs and expected times are drawn. */
export const ROW = { height: 34, barTop: 7, barBottom: 24, tickTop: 26, tickBottom: 33 };
/** A run of a second must be visible in the picture of a month. */
const BAR_WIDTH_MIN_PX = 3;
const SLOT_WIDTH_PX = 7;
const LEVELS_MAX = 3;

type Run = { start: number; end: number; kind: RunKind; exitStatus: number | null; hasStart: boolean };

/** The runs of a check in milliseconds after the beginning of the span; an open one lasts until `now`. */
export function listRuns({ check, now }: Pick<RowInput, "check" | "now">): Run[] {
  return check.runs.map(([start, end, kind, exitStatus]) => ({
    start: start ?? end ?? 0,
    end: end ?? (kind === "lost" ? (start ?? 0) : Math.max(now, start ?? 0)),
    kind,
    exitStatus,
    hasStart: start !== null,
  }));
}

/** The shapes of a row that is `width` pixels wide: one path for each kind, however many runs there are. */
export function rowShapes(input: RowInput, width: number): RowShape[] {
  const { check, ms, partMs } = input;
  const x = (at: number) => (at / ms) * width;
  const paths = new Map<Kind, string>();
  const add = (kind: Kind, path: string) => paths.set(kind, (paths.get(kind) ?? "") + path);
  const bars = { top: ROW.barTop, bottom: ROW.barBottom };
  for (const [index, kind] of check.parts ?? []) {
    const left = x(index * partMs);
    add(kind, shapePath(kind, { ...bars, left, right: Math.max(left + 2, x((index + 1) * partMs) - 1) }));
  }
  for (const { run, level, levels } of stackRuns(listRuns(input))) {
    const height = (bars.bottom - bars.top) / levels;
    const top = bars.top + level * height;
    const box = { left: x(run.start), right: x(run.end), top, bottom: top + height - (levels > 1 ? 1 : 0) };
    add(run.kind, barPath(run.kind, { ...box, right: Math.max(box.right, box.left + BAR_WIDTH_MIN_PX) }));
  }
  for (const [at, kind] of check.slots) {
    const left = x(at) - SLOT_WIDTH_PX / 2;
    if (kind === "missed" || kind === "excluded")
      add(kind, shapePath(kind, { ...bars, left, right: left + SLOT_WIDTH_PX }));
    else add(kind, tickPath(x(at)));
  }
  for (const at of check.upcoming) add("upcoming", tickPath(x(at)));
  if (check.upcomingCut) add("upcoming", continuationLine(x(check.upcoming.at(-1) ?? 0), width));
  return [...paths].map(([kind, path]) => ({ kind, path, stroke: kind === "lost" || isStroked(kind) }));
}

function barPath(kind: RunKind, box: Box): string {
  return shapePath(kind === "lost" ? "missed" : kind, box);
}

function tickPath(at: number): string {
  return `M${round(at - 0.75)} ${ROW.tickTop}h1.5v${ROW.tickBottom - ROW.tickTop}h-1.5z`;
}

/** A line that stands for further expected times, which the server did not list because they are too many. */
function continuationLine(from: number, width: number): string {
  return `M${round(from)} ${ROW.tickBottom - 3}H${round(width)}v1.5H${round(from)}z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Puts overlapping runs on levels above each other. `levels`: how many levels share the height of the row. */
export function stackRuns(runs: readonly Run[]): { run: Run; level: number; levels: number }[] {
  const ends: number[] = [];
  const placed = runs.map((run) => {
    const free = ends.findIndex((end) => end <= run.start);
    const level = Math.min(LEVELS_MAX - 1, free === -1 ? ends.length : free);
    ends[level] = Math.max(ends[level] ?? 0, run.end);
    return { run, level };
  });
  const levels = Math.min(LEVELS_MAX, Math.max(1, ends.length));
  return placed.map((one) => ({ ...one, levels }));
}

/** A thing in a row that can be pointed at. `start` and `end`: milliseconds after the beginning of the span. */
export type RowItem = { start: number; end: number; text: string };

const RUN_TEXTS: Record<RunKind, string> = {
  "on-time": "Ran",
  late: "Ran late",
  failed: "Failed",
  missed: "Missed",
  overlong: "Took too long",
  running: "Running",
  excluded: "Not counted",
  paused: "Paused",
  lost: "Began, and no end was received",
};
const SLOT_TEXTS: Record<MarkKind, string> = {
  "on-time": "On time",
  late: "Late",
  failed: "Failed",
  missed: "Missed",
  overlong: "Took too long",
  running: "Running",
  excluded: "Not counted",
  paused: "Paused",
};

/** Everything in a row, each with a text, by time. `timeText`: formats milliseconds after the beginning of the span. */
export function rowItems(input: RowInput, timeText: (at: number) => string): RowItem[] {
  const { check, partMs } = input;
  const runs = listRuns(input).map((run) => ({ ...run, text: runText(run, timeText) }));
  const slots = check.slots.map(([at, kind, lateMs]) => ({
    start: at,
    end: at,
    text: `Due ${timeText(at)}: ${slotText(kind, lateMs)}`,
  }));
  const parts = (check.parts ?? []).map(([index, kind, count, failed, missed]) => ({
    start: index * partMs,
    end: (index + 1) * partMs,
    text: `${timeText(index * partMs)}, ${durationText(partMs)}: ${count} due${
      failed + missed > 0 ? badText(failed, missed) : `, at worst ${SLOT_TEXTS[kind].toLowerCase()}`
    }`,
  }));
  const upcoming = check.upcoming.map((at) => ({ start: at, end: at, text: `Expected ${timeText(at)}` }));
  return [...runs, ...slots, ...parts, ...upcoming]
    .map(({ start, end, text }) => ({ start, end, text }))
    .toSorted((one, other) => one.start - other.start);
}

function badText(failed: number, missed: number): string {
  return `${failed > 0 ? `, ${failed} failed` : ""}${missed > 0 ? `, ${missed} missed` : ""}`;
}

function runText({ start, end, kind, exitStatus, hasStart }: Run, timeText: (at: number) => string): string {
  const meaning = exitStatus === null ? null : exitMeaning(exitStatus);
  const exit =
    exitStatus === null || exitStatus === 0
      ? ""
      : ` with exit status ${exitStatus}${meaning === null ? "" : ` (${meaning})`}`;
  const times = !hasStart
    ? `ended ${timeText(end)}`
    : kind === "lost"
      ? `from ${timeText(start)}`
      : `from ${timeText(start)}, ${durationText(end - start)}`;
  return `${RUN_TEXTS[kind]}${exit}: ${times}`;
}

function slotText(kind: MarkKind, lateMs: number | null): string {
  if (kind === "late" && lateMs !== null) return `late by ${durationText(lateMs)}`;
  if (kind === "missed" && lateMs !== null) return `missed, made up ${durationText(lateMs)} later`;
  return SLOT_TEXTS[kind].toLowerCase();
}

/** The items within `reach` milliseconds of a time, nearest first, at most four. */
export function itemsNear(items: readonly RowItem[], at: number, reach: number): RowItem[] {
  const distance = ({ start, end }: RowItem) => Math.max(0, start - at, at - end);
  const near = items.filter((item) => distance(item) <= reach);
  return near.toSorted((one, other) => distance(one) - distance(other)).slice(0, TEXTS_MAX);
}

const TEXTS_MAX = 4;
