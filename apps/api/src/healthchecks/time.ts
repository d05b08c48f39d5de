const SECOND_MS = 1000;

/** `2026-01-10T12:00:10+00:00`: whole seconds, as in check objects and flips. */
export function isoSeconds(at: Date): string {
  return new Date(Math.floor(at.getTime() / SECOND_MS) * SECOND_MS).toISOString().replace(".000Z", "+00:00");
}

/** `2026-01-10T12:00:10.113000+00:00`: with microseconds unless they are zero, as in the list of pings. */
export function isoMicroseconds(at: Date): string {
  return at.toISOString().replace(".000Z", "+00:00").replace("Z", "000+00:00");
}
