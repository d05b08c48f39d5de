/** The zone of this browser, by its IANA name. */
export function browserZone(): string {
  known ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return known;
}

let known: string | undefined;

/** "Fri 20 Nov 2026, 02:30:00 CET": the wall clock in `timeZone`, never without its zone. */
export function zonedText(at: number, timeZone: string): string {
  return formatted(at, timeZone, { year: "numeric", second: "2-digit" });
}

/** "Fri 20 Nov, 02:30 CET": for lists of near times. */
export function shortZonedText(at: number, timeZone: string): string {
  return formatted(at, timeZone, {});
}

/** "02:30 CET": where the day is said already. */
export function clockText(at: number, timeZone: string): string {
  const parts = partsOf(at, timeZone, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return `${parts.get("hour")}:${parts.get("minute")} ${parts.get("timeZoneName")}`;
}

/** "Fri 20": a day in a calendar. */
export function dayText(at: number, timeZone: string): string {
  const parts = partsOf(at, timeZone, { weekday: "short", day: "numeric" });
  return `${parts.get("weekday")} ${parts.get("day")}`;
}

function formatted(at: number, timeZone: string, more: Intl.DateTimeFormatOptions): string {
  const parts = partsOf(at, timeZone, {
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
  return `${day}, ${clock} ${parts.get("timeZoneName")}`;
}

function partsOf(at: number, timeZone: string, options: Intl.DateTimeFormatOptions): Map<string, string> {
  const parts = formatter(timeZone, options).formatToParts(at);
  return new Map(parts.map(({ type, value }) => [type, value]));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

// Making a formatter costs a hundred times its use, and a list asks for the same one over and over.
function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${Object.keys(options).join()}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone, hourCycle: "h23" });
  formatters.set(key, made);
  return made;
}
