import { ScheduleError } from "../schedule-error.ts";
import { LEGACY_NAMES } from "./legacy-names.ts";
import { ZONES_BY_REGION, ZONES_WITHOUT_REGION } from "./names.ts";
import { type OffsetSource, runtimeOffsets } from "./offsets.ts";
import { TimeZone } from "./time-zone.ts";

/** Every zone that a schedule may be stored with, sorted. */
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
 * The name to store for an IANA name, old ones mapped to their successor; null if there is no such zone. The folders
 * `posix/` and `right/` of a machine's tz database hold the same zones (`right/` with leap seconds).
 */
export function canonicalTimezone(name: string): string | null {
  const plain = name.replace(/^(posix|right)\//, "");
  return canonicalNames.has(plain) ? plain : (replacements.get(plain) ?? null);
}

/**
 * Takes the offsets of all zones from elsewhere, such as the tz database of this machine, from now on;
 * without an argument from the runtime again.
 */
export function useOffsets(source: OffsetSource = runtimeOffsets): void {
  offsetsOf = source;
  zones.clear();
  zones.set("UTC", UTC);
}

/** @throws ScheduleError for a name that is no zone, or that the source of offsets does not know */
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
