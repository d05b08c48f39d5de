import type { Instant } from "@overdue/schedules";
import type { DisplayStatus } from "../checks/check.ts";
import type { Slot } from "../checks/event.ts";
import { medianOf } from "../learning/statistics.ts";
import { durationText } from "../text/duration-text.ts";
import { exitMeaning } from "../text/evidence-text.ts";

/** What a mark of the strip stands for; each kind has its own colour and shape. */
export type MarkKind =
  | "on-time"
  | "late"
  | "failed"
  | "missed"
  | "overlong"
  | "running"
  | "excluded"
  | "paused";

/** One mark. `level`, 1 to 8, is its height: 4 is the median duration, 2 more is twice as long, 2 less half as long. */
export type Mark = { kind: MarkKind; level: number };

/** An expected occurrence with its run, as stored. Durations are milliseconds. */
export type SlotRecord = {
  dueAt: Instant;
  outcome: Slot["outcome"];
  /** Positive: after `dueAt`; null if no ping came. */
  lateMs: number | null;
  because: "maintenance" | "overlap" | null;
  /** How long its run took; null if no start, or no ping at all, came. */
  durationMs: number | null;
  exitStatus: number | null;
  overlong: boolean;
  /** Its run is still open. */
  isRunning: boolean;
};

/** The present state of a check, besides its slots. */
type CheckNow = { status: DisplayStatus; isRunning: boolean };

const USUAL_LEVEL = 4;
const HIGHEST_LEVEL = 8;

/**
 * A mark for each slot, in the order given (oldest first), and one more for an open run that has no slot yet, or for a
 * check that is paused now.
 */
export function stripMarks(slots: readonly SlotRecord[], { status, isRunning }: CheckNow): Mark[] {
  const usualMs = medianOf(slots.flatMap(({ durationMs }) => durationMs ?? []));
  const marks = slots.map((slot) => slotMark(slot, usualMs));
  if (isRunning && !slots.some((slot) => slot.isRunning)) marks.push({ kind: "running", level: USUAL_LEVEL });
  if (status === "paused") marks.push({ kind: "paused", level: 1 });
  return marks;
}

function slotMark(slot: SlotRecord, usualMs: number | null): Mark {
  const kind = slotKind(slot);
  return { kind, level: markLevel(kind, durationLevel(slot.durationMs, usualMs)) };
}

/** The height of a mark by kind. A failed run is often short, but its mark must not become hard to see. */
function markLevel(kind: MarkKind, level: number): number {
  if (kind === "overlong") return HIGHEST_LEVEL;
  return kind === "failed" ? Math.max(USUAL_LEVEL, level) : level;
}

/** The kind of mark for a slot, from its outcome and its run. */
export function slotKind({
  outcome,
  overlong,
  isRunning,
}: Pick<SlotRecord, "outcome" | "overlong" | "isRunning">): MarkKind {
  if (outcome === "excluded" || outcome === "missed" || outcome === "failed") return outcome;
  if (overlong) return "overlong";
  if (isRunning) return "running";
  return outcome === "late" ? "late" : "on-time";
}

/** The height for a duration, relative to the strip's median; the median's height if either is unknown. */
function durationLevel(ms: number | null, usualMs: number | null): number {
  if (ms === null || usualMs === null || ms <= 0 || usualMs <= 0) return USUAL_LEVEL;
  const level = Math.round(USUAL_LEVEL + 2 * Math.log2(ms / usualMs));
  return Math.min(HIGHEST_LEVEL, Math.max(1, level));
}

/**
 * The text of a slot's mark: "Late by 7 min, due Fri 20 Nov, 02:30 CET, ran 4 min". `timeText` formats an instant, with its
 * zone.
 */
export function slotText(slot: SlotRecord, timeText: (at: Instant) => string): string {
  return [slotTitle(slot), `due ${timeText(slot.dueAt)}`, ...ranText(slot)].join(", ");
}

function slotTitle(slot: SlotRecord): string {
  const { outcome, lateMs, because, exitStatus } = slot;
  switch (slotKind(slot)) {
    case "on-time":
      return outcome === "early" && lateMs !== null ? `Early by ${durationText(-lateMs)}` : "On time";
    case "late":
      return `Late by ${durationText(lateMs ?? 0)}`;
    case "failed":
      return failureTitle(exitStatus);
    case "missed":
      return lateMs === null ? missedTitle(because) : `Missed, made up ${durationText(lateMs)} later`;
    case "overlong":
      return "Took too long";
    case "excluded":
      return because === "maintenance"
        ? "Not counted: maintenance window"
        : "Not counted: Overdue could not receive pings";
    case "running":
      return "Running";
    case "paused":
      return "Paused";
  }
}

function failureTitle(exitStatus: number | null): string {
  if (exitStatus === null) return "Failed";
  const meaning = exitMeaning(exitStatus);
  return `Failed with exit status ${exitStatus}${meaning === null ? "" : ` (${meaning})`}`;
}

function missedTitle(because: SlotRecord["because"]): string {
  return because === "overlap" ? "Missed: the run before was still open" : "Missed";
}

function ranText({ durationMs, isRunning, outcome }: SlotRecord): string[] {
  if (durationMs === null || isRunning || outcome === "missed" || outcome === "excluded") return [];
  return [`ran ${durationText(durationMs)}`];
}

/** The slots of one day (midnight to midnight in a zone), counted by outcome. */
export type DayRecord = {
  /** "2026-11-20". */
  day: string;
  onTime: number;
  late: number;
  failed: number;
  missed: number;
  overlong: number;
  excluded: number;
  /** Null if no run of that day has a known duration. */
  meanMs: number | null;
};

/** The record of a day on which no run was expected and none came. `day`: "2026-11-20". */
export function emptyDay(day: string): DayRecord {
  return { day, onTime: 0, late: 0, failed: 0, missed: 0, overlong: 0, excluded: 0, meanMs: null };
}

/** A mark for each day: the worst that happened in it. A day without slots is null, and leaves a gap. */
export function dayMarks(days: readonly DayRecord[]): (Mark | null)[] {
  const usualMs = medianOf(days.flatMap(({ meanMs }) => meanMs ?? []));
  return days.map((day) => {
    const kind = worstKind(day);
    if (kind === null) return null;
    return { kind, level: markLevel(kind, durationLevel(day.meanMs, usualMs)) };
  });
}

/** The worst outcome among several slots; null if there were none. */
export function worstKind({
  failed,
  missed,
  overlong,
  late,
  onTime,
  excluded,
}: Omit<DayRecord, "day" | "meanMs">): MarkKind | null {
  if (failed > 0) return "failed";
  if (missed > 0) return "missed";
  if (overlong > 0) return "overlong";
  if (late > 0) return "late";
  if (onTime > 0) return "on-time";
  return excluded > 0 ? "excluded" : null;
}

/** "Fri 20 Nov: 22 of 24 on time, 1 late, 1 missed, took 4 min on average". */
export function dayText(day: DayRecord, name: string): string {
  const counted = day.onTime + day.late + day.failed + day.missed;
  if (counted + day.excluded === 0) return `${name}: nothing was due`;
  const parts = [
    ...(counted > 0 ? [`${day.onTime} of ${counted} on time`] : []),
    ...(["late", "failed", "missed"] as const).flatMap((kind) =>
      day[kind] > 0 ? [`${day[kind]} ${kind}`] : [],
    ),
    ...(day.overlong > 0 ? [`${day.overlong} took too long`] : []),
    ...(day.excluded > 0 ? [`${day.excluded} not counted`] : []),
    ...(day.meanMs === null ? [] : [`took ${durationText(day.meanMs)} on average`]),
  ];
  return `${name}: ${parts.join(", ")}`;
}

const LETTERS: Record<MarkKind, string> = {
  "on-time": "o",
  late: "l",
  failed: "f",
  missed: "m",
  overlong: "v",
  running: "r",
  excluded: "x",
  paused: "p",
};
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as MarkKind]));

/** Marks as text, a letter and a digit each: "o4o4l5f3". This keeps a list of a thousand checks small. */
export function encodeMarks(marks: readonly Mark[]): string {
  return marks.map(({ kind, level }) => `${LETTERS[kind]}${level}`).join("");
}

/** Reads what `encodeMarks` wrote; kinds unknown to this version are left out. */
export function decodeMarks(text: string): Mark[] {
  return (text.match(/../g) ?? []).flatMap((pair) => {
    const kind = KINDS.get(pair.charAt(0));
    const level = Number(pair.charAt(1));
    return kind === undefined || !(level >= 1) ? [] : [{ kind, level }];
  });
}

const COUNTED: Record<MarkKind, string> = {
  "on-time": "on time",
  late: "late",
  failed: "failed",
  missed: "missed",
  overlong: "took too long",
  running: "running",
  excluded: "not counted",
  paused: "paused",
};

/** The whole strip as text, for screen readers: "28 on time, 1 late, 1 missed". */
export function stripText(marks: readonly (Mark | null)[]): string {
  const counts = Map.groupBy(
    marks.flatMap((mark) => mark ?? []),
    ({ kind }) => kind,
  );
  const parts = Object.entries(COUNTED).flatMap(([kind, text]) => {
    const count = counts.get(kind as MarkKind)?.length ?? 0;
    return count === 0 ? [] : [kind === "paused" ? text : `${count} ${text}`];
  });
  return parts.length === 0 ? "Nothing was due yet" : parts.join(", ");
}
