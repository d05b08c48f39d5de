import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone, WallTime } from "../../timezones/time-zone.ts";
import { nextWall } from "../next-wall.ts";
import type { Cron } from "../cron.ts";
import type { Times } from "../rules.ts";

type Zones = "zoneinfo" | "pytz";

/**
 * croniter 6 reckons by the clock with the offset of its start, and then corrects a result on the other side of a clock
 * change by the difference, from midnight on. What a difference of times means depends on the library of zones. `start` is
 * where it began, until it has corrected once.
 */
class Croniter6 {
  readonly #cron: Cron;
  readonly #zone: TimeZone;
  readonly #zones: Zones;
  #start: Instant;
  #at: Instant;

  constructor(cron: Cron, zone: TimeZone, { zones, after }: { zones: Zones; after: Instant }) {
    this.#cron = cron;
    this.#zone = zone;
    this.#zones = zones;
    this.#start = this.#at = after;
  }

  next(): Instant | null {
    const zone = this.#zone;
    const step = this.#cron.seconds.indexOf(1) === this.#cron.seconds.lastIndexOf(1) ? MINUTE_MS : SECOND_MS;
    const from = this.#at + step;
    const wall = nextWall(this.#cron, Math.floor(zone.wallOf(from) / step) * step - 1);
    if (wall === null) return null;
    const found =
      this.#zones === "pytz" ? wall - zone.offsetAt(from) : zone.instantOf(wall, zone.foldAt(from));
    return (this.#at = this.#corrected(found));
  }

  #corrected(found: Instant): Instant {
    const zone = this.#zone;
    const lag = zone.offsetAt(found) - zone.offsetAt(this.#start);
    if (lag === 0) return found;
    const passed =
      this.#zones === "pytz" ? found - this.#start : zone.wallOf(found) - zone.wallOf(this.#start);
    const beforeMidnight = (24 - hourOf(zone.wallOf(this.#start))) * HOUR_MS;
    if (Math.abs(passed) + (lag < 0 ? Math.abs(lag) : 0) < beforeMidnight) return found;
    const moved =
      this.#zones === "zoneinfo" ? zone.instantOf(zone.wallOf(found) - lag, zone.foldAt(found)) : found - lag;
    const exists = this.#zones === "zoneinfo" || zone.offsetAt(moved) === zone.offsetAt(found);
    this.#start = exists ? moved : found;
    return this.#start;
  }
}

/** The times after `after` as one iterator of croniter 6 gives them, those left out that go back. */
export function croniter6Times(zones: Zones): Times {
  return function* (cron, zone, after) {
    const croniter = new Croniter6(cron, zone, { zones, after });
    let last = after;
    for (let next = croniter.next(); next !== null; next = croniter.next()) {
      if (next > last) yield (last = next);
    }
  };
}

function hourOf(wall: WallTime): number {
  return Math.floor(wall / HOUR_MS) - Math.floor(wall / (24 * HOUR_MS)) * 24;
}
