import { type Instant, MONTH_NAMES } from "@overdue/schedules";

/** "2026-03-29 02:30:00 Europe/Berlin (00:30:00 UTC)"; the UTC day is added if it is another one. */
export function instantIn(at: Instant, timezone: string | null): string {
  const utc = wallClock(at, "UTC");
  if (timezone === null || timezone === "UTC" || !isZone(timezone)) return `${utc.day} ${utc.time} UTC`;
  const local = wallClock(at, timezone);
  const utcPart = local.day === utc.day ? utc.time : `${utc.day} ${utc.time}`;
  return `${local.day} ${local.time} ${timezone} (${utcPart} UTC)`;
}

/** The day of an instant in a time zone: 16, "November", 2026. */
export function dayIn(at: Instant, timezone: string): { day: number; month: string; year: number } {
  const zone = isZone(timezone) ? timezone : "UTC";
  const [year = 0, month = 1, day = 1] = wallClock(at, zone).day.split("-").map(Number);
  return { day, month: MONTH_NAMES[month - 1] ?? "", year };
}

/** "03:00–03:04 Europe/Berlin", with the date before it unless it is the day of the instant `today`. */
export function spanIn(
  { from, until }: { from: Instant | null; until: Instant },
  timezone: string | null,
  today: Instant,
): string {
  const zone = timezone !== null && isZone(timezone) ? timezone : "UTC";
  const end = wallClock(until, zone);
  const begin = from === null ? end : wallClock(from, zone);
  const times = [...new Set([minuteOf(begin.time), minuteOf(end.time)])].join("–");
  const day = end.day === wallClock(today, zone).day ? "" : `${begin.day} `;
  return `${day}${times} ${zone}`;
}

function minuteOf(time: string): string {
  return time.slice(0, 5);
}

function wallClock(at: Instant, timezone: string): { day: string; time: string } {
  const parts = clockIn(timezone).formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return {
    day: `${part("year")}-${part("month")}-${part("day")}`,
    time: `${part("hour")}:${part("minute")}:${part("second")}`,
  };
}

const ZONES_KEPT_MAX = 100;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Formatters are cached, because making one takes a hundred times as long as using it. */
function clockIn(timezone: string): Intl.DateTimeFormat {
  const kept = clocks.get(timezone);
  if (kept !== undefined) return kept;
  if (clocks.size >= ZONES_KEPT_MAX) clocks.clear();
  const clock = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  clocks.set(timezone, clock);
  return clock;
}

function isZone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}
