import { boundedCache } from "../bounded-cache.ts";
import { type Line, linesOf, zoneOfLine } from "../lines.ts";
import { type CalendarSchedule, nextOfScheduled, type Schedule } from "../schedule.ts";
import { DAY_MS, HOUR_MS, type Instant } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import { UTC } from "../timezones/timezones.ts";
import { effectText } from "./clock-change-text.ts";
import { clockText, dateText, localText, type Occurrence, wallText } from "./local-time.ts";

export type ClockChange = {
  at: Instant;
  timezone: string;
  /** such as "Sun 2026-03-29: clocks go forward from 03:00 to 04:00" */
  text: string;
  /** what happens to the runs in sentences, such as "03:30 runs at 04:00 (UTC+3) instead." */
  effect: string;
  /** the first few times that it affects, in order */
  affected: AffectedTime[];
  /** how many times near the change it affects */
  affectedCount: number;
};

/** A time of a schedule that a clock change affects. */
export type AffectedTime = {
  /** the time that the line names, as the clock would show it: "Sun 2026-03-29 03:30" */
  local: string;
  /**
   * skipped: it does not run, or runs every few minutes but only in one pass of a repeated hour. moved: it runs at another time.
   * doubled: it runs in both passes. once: the clock shows it twice, and it runs in one pass. extra: a run at a time that the
   * line does not name.
   */
  mark: ClockChangeMark;
  /** the pass of a repeated hour in which it runs, if it runs in only one */
  pass?: "first" | "second";
  /** when it runs: none, one, or both passes */
  runs: Occurrence[];
};

type ClockChangeMark = "skipped" | "moved" | "doubled" | "once" | "extra";
type Change = { at: Instant; before: number; after: number; zone: TimeZone };
type Touched = { wall: WallTime; runs: Instant[] } & Pick<AffectedTime, "mark" | "pass">;
type Planned = { line: Line; schedule: CalendarSchedule };

const CHANGES_SHOWN = 2;
const SEARCH_MS = 730 * DAY_MS;
const FORECASTS_MAX = 10_000;
const AFFECTED_SHOWN = 10;
const TIMES_MAX = 500;
// Some programs give wrong times up to two days from the change, but for jobs of every few hours only near it.
const STRAY_MS = 50 * HOUR_MS;
const FREQUENT_MS = 6 * HOUR_MS;
const MOVED_MAX_MS = 3 * HOUR_MS;

/** The next two clock changes of each zone of the lines, and how they affect the lines. */
export function clockChanges(schedule: CalendarSchedule, from: Instant): ClockChange[] {
  return changesOf(schedule, { from, count: CHANGES_SHOWN });
}

/**
 * The next clock change of the schedule's zones, if it skips, moves or doubles a run; null if it changes no run, or the schedule
 * has no zone.
 * @throws ScheduleError for a schedule that `ScheduleInput` refuses
 */
export function forecastOf(schedule: Schedule, now: Instant): ClockChange | null {
  if (schedule.kind === "interval") return null;
  const zones = linesOf(schedule).map((line) => zoneOfLine(line, schedule.timezone));
  const nexts = zones.flatMap((zone) => zone.nextChange(now, now + SEARCH_MS) ?? []);
  return nexts.length === 0 ? null : forecasts(JSON.stringify([schedule, Math.min(...nexts)])).found;
}

// Many checks have the same schedule, and the result is the same until the clock changes.
const forecasts = boundedCache(FORECASTS_MAX, (key) => {
  const [schedule, next] = JSON.parse(key) as [CalendarSchedule, Instant];
  return { found: changesOf(schedule, { from: next - 1, count: 1 }).find(isDisturbing) ?? null };
});

function isDisturbing({ affected }: ClockChange): boolean {
  return affected.some(({ mark }) => mark !== "once");
}

function changesOf(schedule: CalendarSchedule, asked: { from: Instant; count: number }): ClockChange[] {
  const lines = linesOf(schedule).map((line) => ({ line, zone: zoneOfLine(line, schedule.timezone) }));
  const zones = new Set(lines.map(({ zone }) => zone));
  const changes = [...zones].flatMap((zone) => nextChanges(zone, asked));
  return changes
    .toSorted((one, other) => one.at - other.at)
    .map((change) => {
      const there = lines.filter(({ zone }) => zone === change.zone);
      return describe(
        change,
        there.flatMap(({ line }) => touchedBy(change, { line, schedule })),
      );
    });
}

function nextChanges(zone: TimeZone, { from, count }: { from: Instant; count: number }): Change[] {
  const changes: Change[] = [];
  let at = zone.nextChange(from, from + SEARCH_MS);
  while (at !== null && changes.length < count) {
    changes.push({ at, before: zone.offsetAt(at - 1), after: zone.offsetAt(at), zone });
    at = zone.nextChange(at, from + SEARCH_MS);
  }
  return changes;
}

function describe(change: Change, touched: Touched[]): ClockChange {
  const { at, zone } = change;
  const from = at + change.before;
  const direction = change.after > change.before ? "forward" : "back";
  const affected = touched
    .toSorted((one, other) => one.wall - other.wall)
    .map(({ wall, runs, ...kind }) => ({
      local: wallText(wall),
      ...kind,
      runs: runs.map((run) => ({ at: run, local: localText(run, zone) })),
    }));
  return {
    at,
    timezone: zone.name,
    text: `${dateText(from)}: clocks go ${direction} from ${clockText(from)} to ${clockText(at + change.after)}`,
    effect: effectText(affected, dateText(from)),
    affected: affected.slice(0, AFFECTED_SHOWN),
    affectedCount: affected.length,
  };
}

/** Compares the times that the line names to the runs that its scheduler starts, around a change. */
function touchedBy(change: Change, given: Planned): Touched[] {
  if (given.line.kind === "cron" && given.line.cron.every !== null) return [];
  const job = { ...given, line: oncePerMinute(given.line) };
  const window = windowOf(change, job);
  const walls = plannedWalls(job, { from: window.from + change.before, until: window.until + change.after });
  const runs = expectedRuns(job, window, change.zone);
  const step = runsAllDay(job, walls)
    ? stepOf(walls, { from: window.from + change.before, until: window.until + change.after })
    : null;
  const isRhythmKept = step !== null && stepOf(runs, window) === step;
  return isRhythmKept ? [] : compare(change, { walls, runs, step });
}

/** Reduces a line of several seconds in a minute to the first one, because the others behave the same. */
function oncePerMinute(line: Line): Line {
  if (line.kind === "oncalendar") return line;
  const first = line.cron.seconds.indexOf(1);
  return {
    kind: "cron",
    cron: { ...line.cron, seconds: line.cron.seconds.map((_, index) => Number(index === first)) },
  };
}

type Window = { from: Instant; until: Instant };

/** The span around the change in which it may affect this scheduler. */
function windowOf({ at, before, after }: Change, job: Planned): Window {
  const first = nextPlanned(job, at + before);
  const second = first === null ? null : nextPlanned(job, first);
  const step = first === null || second === null ? STRAY_MS : second - first;
  const near = Math.abs(after - before) + 2 * Math.min(step, HOUR_MS);
  const reach = mayStray(job.line) && step >= FREQUENT_MS ? Math.max(near, STRAY_MS) : near;
  return { from: at - reach, until: at + reach };
}

function mayStray(line: Line): boolean {
  if (line.kind === "oncalendar") return false;
  const { walk, times } = line.cron.rules.clock;
  return walk !== undefined || times !== undefined;
}

/** The wall times of a line in a span of the clock, as if the clock never changed. */
function plannedWalls(job: Planned, { from, until }: { from: WallTime; until: WallTime }): WallTime[] {
  const walls: WallTime[] = [];
  let wall = nextPlanned(job, from - 1);
  for (; wall !== null && wall < until && walls.length < TIMES_MAX; wall = nextPlanned(job, wall))
    walls.push(wall);
  return walls;
}

function nextPlanned({ line, schedule }: Planned, after: WallTime): WallTime | null {
  return nextOfScheduled(line, { schedule, zone: UTC }, after);
}

/** The runs that are expected in a window. Each is searched from the one before, as the evaluator does. */
function expectedRuns({ line, schedule }: Planned, { from, until }: Window, zone: TimeZone): Instant[] {
  const runs: Instant[] = [];
  let run = nextOfScheduled(line, { schedule, zone }, from - 1);
  for (
    ;
    run !== null && run < until && runs.length < TIMES_MAX;
    run = nextOfScheduled(line, { schedule, zone }, run)
  )
    runs.push(run);
  return runs;
}

/** Whether the times go through the whole day with the same distance, and not only through some hours. */
function runsAllDay(job: Planned, [first = 0, second = 0]: readonly WallTime[]): boolean {
  return Array.from({ length: 24 }, (_, hour) => first + hour * HOUR_MS).every((wall) => {
    const next = nextPlanned(job, wall);
    return next !== null && next - wall <= second - first;
  });
}

/** The distance between times that fill a span evenly from end to end; null: they do not. */
function stepOf(times: readonly number[], { from, until }: Window): number | null {
  const [first = until, second = until] = times;
  const step = second - first;
  const isEven = times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === step);
  return isEven && first - from < step && until - (times.at(-1) ?? from) <= step ? step : null;
}

type Found = { walls: WallTime[]; runs: Instant[]; step: number | null };

function compare(change: Change, { walls, runs, step }: Found): Touched[] {
  const { zone, before, after } = change;
  const left = new Set(runs);
  const take = (run: Instant) => left.delete(run);
  const touched: Touched[] = [];
  const missing: WallTime[] = [];
  // If its scheduler leaves out a pass, a job of every few minutes misses all runs of that pass.
  const needsBothPasses = step !== null && step <= before - after;
  for (const wall of walls) {
    const passes = passesOf(wall, zone);
    const ran = passes.filter(take);
    if (ran.length === 0) missing.push(wall);
    else if (ran.length === 2) touched.push({ wall, mark: "doubled", runs: ran });
    else if (passes.length === 2) {
      const pass = ran[0] === passes[0] ? "first" : "second";
      touched.push({ wall, mark: needsBothPasses ? "skipped" : "once", pass, runs: ran });
    }
  }
  for (const wall of missing) touched.push(findMovedRun(wall, change, left));
  const strays = touched.flatMap(({ mark, runs: elsewhere }) => (mark === "moved" ? elsewhere : []));
  const extra = [...left].filter((run) => !strays.includes(run));
  return [
    ...touched,
    ...extra.map((run): Touched => ({ wall: zone.wallOf(run), mark: "extra", runs: [run] })),
  ];
}

/** The instants at which the clock shows a reading: none in a gap, two if it is repeated. */
function passesOf(wall: WallTime, zone: TimeZone): Instant[] {
  const passes = new Set([zone.instantOf(wall, 0), zone.instantOf(wall, 1)]);
  return [...passes].filter((instant) => zone.wallOf(instant) === wall);
}

/** Finds the run that makes up for a time in a gap. One run at the end of the gap may make up for several. */
function findMovedRun(wall: WallTime, { before }: Change, left: ReadonlySet<Instant>): Touched {
  const nominal = wall - before;
  const [nearest] = [...left].toSorted((one, other) => Math.abs(one - nominal) - Math.abs(other - nominal));
  if (nearest === undefined || Math.abs(nearest - nominal) > MOVED_MAX_MS)
    return { wall, mark: "skipped", runs: [] };
  return { wall, mark: "moved", runs: [nearest] };
}
