import { LEGACY_NAMES } from "./legacy-names.ts";
import { ZONES_BY_REGION, ZONES_WITHOUT_REGION } from "./names.ts";
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
export const UTC = new TimeZone("UTC");
const zones = new Map([["UTC", UTC]]);

/** The name to store for an IANA name, old ones mapped to their successor; null if there is no such zone. */
export function canonicalTimezone(name: string): string | null {
  return canonicalNames.has(name) ? name : (replacements.get(name) ?? null);
}

/** @throws RangeError for a name that is no IANA zone */
export function timeZoneOf(name: string): TimeZone {
  const known = zones.get(name);
  if (known) return known;
  const canonical = canonicalTimezone(name);
  if (canonical === null) throw new RangeError(`There is no time zone “${name}”.`);
  const zone = new TimeZone(canonical, nameInRuntime(canonical));
  zones.set(name, zone);
  return zone;
}

/** Browsers behind on time zone names know some zones only by the old one. */
function nameInRuntime(canonical: string): string {
  const names = [canonical, ...words(LEGACY_NAMES[canonical] ?? "")];
  return names.find(isKnownToRuntime) ?? canonical;
}

function isKnownToRuntime(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function zonesWithRegion(): string[] {
  return Object.entries(ZONES_BY_REGION).flatMap(([region, places]) =>
    words(places).map((place) => `${region}/${place}`),
  );
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
