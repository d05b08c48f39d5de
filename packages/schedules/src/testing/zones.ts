import type { OffsetSource } from "../timezones/timezones.ts";

/** The offsets of zones: instants in epoch seconds, and the offset in seconds from there on. */
export type Zones = Record<string, readonly (readonly [from: number, offset: number])[]>;

/** The offsets of these zones. Because they change by law, vectors hold only with the tz database that they were made with. */
export function offsetsOf(zones: Zones): OffsetSource {
  return (timezone) => {
    const changes = zones[timezone];
    if (!changes) return null;
    return (instant) => (changes.findLast(([from]) => from * 1000 <= instant)?.[1] ?? 0) * 1000;
  };
}
