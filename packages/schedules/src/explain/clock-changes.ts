import { DAY_MS, type Instant } from "../time.ts";
import { type Line, linesOf, zoneOfLine } from "../lines.ts";
import { type CalendarSchedule, nextOfScheduled } from "../schedule.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import { UTC } from "../timezones/timezones.ts";
import { clockText, dateText, wallText } from "./local-time.ts";

export type ClockChange = {
  at: Instant;
  timezone: string;
  /** such as "Sun 2026-03-29: clocks go forward from 03:00 to 04:00" */
  text: string;
  /**
   * The first few times that it touches, as the clock would show them: skipped does not run, moved runs
   * right after the change instead, doubled runs in both passes of the repeated hour.
   */
  affected: { local: string; mark: Mark }[];
  /** how many it touches, as far as 200 were looked at */
  affectedCount: number;
};

type Mark = "skipped" | "moved" | "doubled";
type Change = { at: Instant; before: number; after: number; zone: TimeZone };
type Touched = { wall: WallTime; mark: Mark };

const CHANGES_SHOWN = 2;
const SEARCH_MS = 730 * DAY_MS;
const AFFECTED_SHOWN = 10;
const AFFECTED_COUNTED = 200;

/** The next two clock changes of each zone that the lines are read in, and what they do to the lines. */
export function clockChanges(schedule: CalendarSchedule, from: Instant): ClockChange[] {
  const lines = linesOf(schedule).map((line) => ({ line, zone: zoneOfLine(line, schedule.timezone) }));
  const zones = new Set(lines.map(({ zone }) => zone));
  const changes = [...zones].flatMap((zone) => nextChanges(zone, from));
  return changes
    .toSorted((one, other) => one.at - other.at)
    .map((change) => {
      const there = lines.filter(({ zone }) => zone === change.zone).map(({ line }) => line);
      return describe(change, touchedBy(change, there, schedule));
    });
}

function nextChanges(zone: TimeZone, from: Instant): Change[] {
  const changes: Change[] = [];
  let at = zone.nextChange(from, from + SEARCH_MS);
  while (at !== null && changes.length < CHANGES_SHOWN) {
    changes.push({ at, before: zone.offsetAt(at - 1), after: zone.offsetAt(at), zone });
    at = zone.nextChange(at, from + SEARCH_MS);
  }
  return changes;
}

function describe(change: Change, touched: Touched[]): ClockChange {
  const from = change.at + change.before;
  const direction = change.after > change.before ? "forward" : "back";
  return {
    at: change.at,
    timezone: change.zone.name,
    text: `${dateText(from)}: clocks go ${direction} from ${clockText(from)} to ${clockText(change.at + change.after)}`,
    affected: touched.slice(0, AFFECTED_SHOWN).map(({ wall, mark }) => ({ local: wallText(wall), mark })),
    affectedCount: touched.length,
  };
}

function touchedBy(change: Change, lines: Line[], schedule: CalendarSchedule): Touched[] {
  const touched = lines.flatMap((line) =>
    change.after > change.before ? inGap(change, line, schedule) : inRepeat(change, line, schedule),
  );
  return touched.toSorted((one, other) => one.wall - other.wall);
}

/** A job that is moved runs once at the end of the gap: further ones are skipped, as is one that would run then anyway. */
function inGap({ at, before, after, zone }: Change, line: Line, schedule: CalendarSchedule): Touched[] {
  const runsAfterGap = nextOfScheduled(line, { schedule, zone }, at - 1) === at;
  const isPlannedThere = nextOfScheduled(line, { schedule, zone: UTC }, at + after - 1) === at + after;
  const isMoved = runsAfterGap && !isPlannedThere;
  return planned({ from: at + before, until: at + after }, line, schedule).map((wall, index) => ({
    wall,
    mark: isMoved && index === 0 ? "moved" : "skipped",
  }));
}

function inRepeat({ at, before, after, zone }: Change, line: Line, schedule: CalendarSchedule): Touched[] {
  const runs = (instant: Instant) => nextOfScheduled(line, { schedule, zone }, instant - 1) === instant;
  return planned({ from: at + after, until: at + before }, line, schedule)
    .filter((wall) => runs(wall - before) && runs(wall - after))
    .map((wall) => ({ wall, mark: "doubled" }));
}

/** The wall times of a line in a span of the clock, as if the clock never changed. */
function planned(
  { from, until }: { from: WallTime; until: WallTime },
  line: Line,
  schedule: CalendarSchedule,
): WallTime[] {
  const walls: WallTime[] = [];
  let wall = nextOfScheduled(line, { schedule, zone: UTC }, from - 1);
  for (; wall !== null && wall < until && walls.length < AFFECTED_COUNTED;) {
    walls.push(wall);
    wall = nextOfScheduled(line, { schedule, zone: UTC }, wall);
  }
  return walls;
}
