import type { OffsetSource } from "../timezones/timezones.ts";

/** Instants in epoch seconds from which on a zone has an offset in seconds, by zone. */
export type Zones = Record<string, readonly (readonly [from: number, offset: number])[]>;

/** The offsets of these zones. They change by law: vectors hold for the tz database that they were computed with. */
export function offsetsOf(zones: Zones): OffsetSource {
  return (timezone) => {
    const changes = zones[timezone];
    if (!changes) return null;
    return (instant) => (changes.findLast(([from]) => from * 1000 <= instant)?.[1] ?? 0) * 1000;
  };
}
