import { HOUR_MS, type Instant, SECOND_MS } from "../time.ts";
import { type Fold, TimeZone, type WallTime } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { nextWall } from "./next-wall.ts";
import { nextByClock, nextElapsed } from "./plain-rules.ts";
import type { Times, Walk } from "./rules.ts";

/** No clock change moves the clock by more (Samoa in 2011). */
const CHANGE_MAX_MS = 25 * HOUR_MS;
/** The steps of a scheduler's own search look further: at readings one change away, which a change may move again. */
const NEAR_CHANGE_MS = 2 * CHANGE_MAX_MS;

/**
 * The first time of one cron line strictly later than `after`, as its scheduler starts it; null if there is none within the
 * years that the scheduler searches.
 */
export function nextOfCron(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  if (cron.every !== null) return after + cron.every;
  const from = Math.floor(after / SECOND_MS) * SECOND_MS;
  const wall = nextWall(cron, from + zone.offsetAt(from));
  if (wall === null) return null;
  const plain = plainTime({ cron, zone }, wall, from);
  if (plain !== null) return plain;
  const { walk, times } = cron.rules.clock;
  if (times !== undefined) return firstOf(boundedTimes(times, { cron, zone }, from));
  return walk === undefined ? nextByRule(cron, zone, from) : boundedWalk(walk, { cron, zone }, from);
}

/** The instant of the next reading that fits, where no clock change can lead the scheduler to another one; else null. */
function plainTime(
  { cron, zone }: { cron: Cron; zone: TimeZone },
  wall: WallTime,
  from: Instant,
): Instant | null {
  const { walk, times, walksAlways, stepsThrough } = cron.rules.clock;
  if (walk !== undefined && walksAlways?.(cron) === true) return null;
  const offset = zone.offsetAt(from);
  const guess = wall - offset;
  if (stepsThrough === true || times !== undefined) {
    // Dagster reads the minutes of some hourly lines with the offset of another season.
    const isWholeOffset = times === undefined || offset % HOUR_MS === 0;
    const change = isWholeOffset ? zone.nextChange(from - NEAR_CHANGE_MS, guess + NEAR_CHANGE_MS) : null;
    return isWholeOffset && change === null ? guess : null;
  }
  const margin = walk === undefined ? CHANGE_MAX_MS : NEAR_CHANGE_MS;
  const isFar = noClockChangeAround(from, margin, zone) && noClockChangeAround(guess, margin, zone);
  return isFar ? zone.instantOf(wall, 0) : null;
}

function nextByRule(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  return cron.isElapsed ? nextElapsed(cron, zone, after) : nextByClock(cron, zone, after);
}

/**
 * If the program itself would search for ever, or goes back to a time that has passed (some do where a clock change repeats
 * half an hour), the plain rule gives the next time, so that the missing run is noticed.
 */
function boundedWalk(
  walk: Walk,
  { cron, zone }: { cron: Cron; zone: TimeZone },
  after: Instant,
): Instant | null {
  try {
    const found = walk(cron, new BoundedZone(zone), after);
    return found !== null && found <= after ? nextByRule(cron, zone, after) : found;
  } catch (error) {
    if (error instanceof EndlessSearch) return nextByRule(cron, zone, after);
    throw error;
  }
}

function* boundedTimes(
  times: Times,
  { cron, zone }: { cron: Cron; zone: TimeZone },
  after: Instant,
): Iterable<Instant> {
  const bounded = new BoundedZone(zone);
  let last = after;
  try {
    for (const time of times(cron, bounded, after)) {
      bounded.refill();
      yield (last = time);
    }
  } catch (error) {
    if (!(error instanceof EndlessSearch)) throw error;
    for (let at = nextByRule(cron, zone, last); at !== null; at = nextByRule(cron, zone, at)) yield at;
  }
}

/** Whether no clock change is near the instant. Changes in between do not matter: the line selects no times there. */
function noClockChangeAround(instant: Instant, margin: number, zone: TimeZone): boolean {
  return zone.nextChange(instant - margin, instant + margin) === null;
}

function firstOf(times: Iterable<Instant>): Instant | null {
  for (const time of times) return time;
  return null;
}

/** The times of one cron line after `after`, as one continuous run of its scheduler finds them. */
export function* timesOfCron(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  const { times } = cron.rules.clock;
  if (times !== undefined)
    yield* boundedTimes(times, { cron, zone }, Math.floor(after / SECOND_MS) * SECOND_MS);
  else for (let at = nextOfCron(cron, zone, after); at !== null; at = nextOfCron(cron, zone, at)) yield at;
}

/** The longest search that ends asks about ten thousand times. */
const QUESTIONS_MAX = 100_000;

/** A search asked the zone too often: the program itself would search for ever, or nearly so. */
class EndlessSearch extends Error {
  override readonly name = "EndlessSearch";
}

/** A zone that answers a limited number of questions. Each step of a walk asks at least one, so that every walk ends. */
class BoundedZone extends TimeZone {
  override readonly name: string;
  readonly #zone: TimeZone;
  #left = QUESTIONS_MAX;

  constructor(zone: TimeZone) {
    // The base class gets UTC, because its own methods are all overridden.
    super("UTC", () => 0);
    this.name = zone.name;
    this.#zone = zone;
  }

  /** Allows as many questions again, for the next time of a list. */
  refill(): void {
    this.#left = QUESTIONS_MAX;
  }

  override offsetAt(instant: Instant): number {
    return this.#ask().offsetAt(instant);
  }

  override instantOf(wall: WallTime, fold: Fold): Instant {
    return this.#ask().instantOf(wall, fold);
  }

  override isFarFromChange(wall: WallTime): boolean {
    return this.#ask().isFarFromChange(wall);
  }

  override firstInstantAt(wall: WallTime): Instant {
    return this.#ask().firstInstantAt(wall);
  }

  override foldAt(instant: Instant): Fold {
    return this.#ask().foldAt(instant);
  }

  override nextChange(after: Instant, until: Instant): Instant | null {
    return this.#ask().nextChange(after, until);
  }

  override isDaylightSaving(instant: Instant): boolean {
    return this.#ask().isDaylightSaving(instant);
  }

  #ask(): TimeZone {
    if (this.#left-- <= 0) throw new EndlessSearch(`no time found in ${QUESTIONS_MAX} steps`);
    return this.#zone;
  }
}
