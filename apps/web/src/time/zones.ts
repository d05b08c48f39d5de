/** The zone of this browser, by its IANA name. */
export function browserZone(): string {
  knownZone ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return knownZone;
}

let knownZone: string | undefined;

/** "Fri 20 Nov 2026, 02:30:00 CET": the wall clock in `timeZone`, never without its zone. */
export function zonedText(at: number, timeZone: string): string {
  return formatDateTime(at, timeZone, { year: "numeric", second: "2-digit" });
}

/** "Fri 20 Nov, 02:30 CET": for lists of near times. */
export function shortZonedText(at: number, timeZone: string): string {
  return formatDateTime(at, timeZone, {});
}

/** "02:30 CET": where the day is already shown. */
export function clockText(at: number, timeZone: string): string {
  const parts = dateParts(at, timeZone, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return `${parts.get("hour")}:${parts.get("minute")} ${zoneName(parts)}`;
}

/** "Fri 20": a day in a calendar. */
export function dayText(at: number, timeZone: string): string {
  const parts = dateParts(at, timeZone, { weekday: "short", day: "numeric" });
  return `${parts.get("weekday")} ${parts.get("day")}`;
}

function formatDateTime(at: number, timeZone: string, more: Intl.DateTimeFormatOptions): string {
  const parts = dateParts(at, timeZone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    ...more,
  });
  const day = ["weekday", "day", "month", "year"].flatMap((part) => parts.get(part) ?? []).join(" ");
  const clock = ["hour", "minute", "second"].flatMap((part) => parts.get(part) ?? []).join(":");
  return `${day}, ${clock} ${zoneName(parts)}`;
}

/** "CET", or "GMT-5" with a hyphen at which no line breaks. */
function zoneName(parts: ReadonlyMap<string, string>): string {
  return (parts.get("timeZoneName") ?? "").replace("-", "\u2011");
}

function dateParts(at: number, timeZone: string, options: Intl.DateTimeFormatOptions): Map<string, string> {
  const parts = formatter(timeZone, options).formatToParts(at);
  return new Map(parts.map(({ type, value }) => [type, value]));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

// Creating a formatter costs a hundred times as much as using it, and a list uses the same one for every row.
function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${Object.entries(options).join()}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone, hourCycle: "h23" });
  formatters.set(key, made);
  return made;
}

/** The local time in `timeZone` at an instant, as an input field for date and time takes it: "2026-12-24T18:00". */
export function wallClockText(at: number, timeZone: string): string {
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 16);
}

/** The instant of a local time in `timeZone`; a time that the clock skips is moved later. Null for an invalid text. */
export function parseWallClock(wall: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  const near = asUtc - offsetMs(asUtc, timeZone);
  return asUtc - offsetMs(near, timeZone);
}

/** The milliseconds to add to UTC to get the local time of the zone. */
function offsetMs(at: number, timeZone: string): number {
  const parts = dateParts(at, timeZone, {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const read = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type) ?? 0);
  const shown = Date.UTC(
    read("year"),
    read("month") - 1,
    read("day"),
    read("hour"),
    read("minute"),
    read("second"),
  );
  return shown - Math.floor(at / 1_000) * 1_000;
}

/** An instant of the API (ISO 8601, UTC) as epoch milliseconds. */
export function instant(iso: string): number;
export function instant(iso: string | null): number | null;
export function instant(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
