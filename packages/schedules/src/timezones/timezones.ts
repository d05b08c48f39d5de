import { ScheduleError } from "../schedule-error.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../time.ts";
import { LEGACY_NAMES, ZONES_BY_REGION, ZONES_WITHOUT_REGION } from "./zone-names.ts";
import { type OffsetAt, TimeZone } from "./time-zone.ts";

/** Where the offsets of zones come from; null: it does not know the zone. */
export type OffsetSource = (timezone: string) => OffsetAt | null;

/** The zone data of the JavaScript runtime. Some browsers know some zones only by an old name. */
export const runtimeOffsets: OffsetSource = (timezone) => {
  const legacy = LEGACY_NAMES[timezone]?.split(" ") ?? [];
  for (const name of [timezone, ...legacy]) {
    const format = formatOf(name);
    if (format) return (instant) => offsetIn(format.format(instant));
  }
  return null;
};

/** Every zone that a stored schedule may have, sorted. */
export const timezones: readonly string[] = [...ZONES_WITHOUT_REGION, ...zonesWithRegion()].toSorted();

const canonicalNames = new Set(timezones);
const replacements = new Map(
  Object.entries(LEGACY_NAMES).flatMap(([name, legacy]) =>
    words(legacy).map((old): [string, string] => [old, name]),
  ),
);
/** The zone without clock changes, in which a wall clock shows the instant itself. */
export const UTC = new TimeZone("UTC", () => 0);
let offsetsOf: OffsetSource = runtimeOffsets;
const zones = new Map([["UTC", UTC]]);

/**
 * The current name of an IANA zone, which replaces old names; null: there is no such zone. The folders `posix/` and `right/` of a
 * machine's tz database contain the same zones (`right/` with leap seconds).
 */
export function canonicalTimezone(name: string): string | null {
  const plain = name.replace(/^(posix|right)\//, "");
  return canonicalNames.has(plain) ? plain : (replacements.get(plain) ?? null);
}

/**
 * Sets the source of the offsets of all zones, such as the tz database of this machine; without an argument, the runtime again.
 */
export function useOffsets(source: OffsetSource = runtimeOffsets): void {
  offsetsOf = source;
  zones.clear();
  zones.set("UTC", UTC);
}

/** @throws ScheduleError if there is no zone with this name, or the source of offsets does not know it */
export function timeZoneOf(name: string): TimeZone {
  const known = zones.get(name);
  if (known) return known;
  const canonical = canonicalTimezone(name);
  const offsetAt = canonical === null ? null : offsetsOf(canonical);
  if (canonical === null || offsetAt === null)
    throw new ScheduleError(`There is no time zone “${name}”: choose one such as Europe/Berlin, or UTC.`);
  const zone = new TimeZone(canonical, offsetAt);
  zones.set(name, zone);
  return zone;
}

function zonesWithRegion(): string[] {
  return Object.entries(ZONES_BY_REGION).flatMap(([region, places]) =>
    words(places).map((place) => `${region}/${place}`),
  );
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
}

/** Reads the offset in "11/15/2023, GMT-03:30". "GMT" without a number is 0. */
function offsetIn(text: string): number {
  const at = text.lastIndexOf("GMT") + 3;
  if (at >= text.length) return 0;
  const sign = text[at] === "-" ? -1 : 1;
  const [hours = 0, minutes = 0, seconds = 0] = text
    .slice(at + 1)
    .split(":")
    .map(Number);
  return sign * (hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);
}
