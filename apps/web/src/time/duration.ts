const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** "4 min 10 s", "2 d 3 h": at most two units, the second left out where it is zero. Below a second: "340 ms". */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const total = Math.floor(ms / 1_000);
  const first = UNITS.findIndex((unit) => total >= unit.seconds);
  return UNITS.slice(first, first + 2)
    .map((unit, index) => ({ name: unit.name, count: countOf(total, first, index) }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${name}`)
    .join(" ");
}

function countOf(totalSeconds: number, first: number, index: number): number {
  const unit = UNITS[first + index]?.seconds ?? 1;
  const larger = index === 0 ? Number.POSITIVE_INFINITY : (UNITS[first]?.seconds ?? 1);
  return Math.floor((totalSeconds % larger) / unit);
}

const WORDS = { d: "day", h: "hour", min: "minute", s: "second" } as const;

/** "5 minutes", "1 hour 30 minutes": for sentences about settings. */
export function secondsInWords(seconds: number): string {
  return durationText(seconds * 1_000).replace(
    /(\d+) (d|h|min|s)\b/g,
    (_, count: string, unit: keyof typeof WORDS) =>
      count === "1" ? `1 ${WORDS[unit]}` : `${count} ${WORDS[unit]}s`,
  );
}

/** "3 min ago", "in 2 h 5 min", "just now": `at` seen from `now`, both epoch milliseconds. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(at - now);
  if (distance < 5_000) return "just now";
  const text = durationText(coarse(distance));
  return at < now ? `${text} ago` : `in ${text}`;
}

/** Rounds down to whole minutes from a minute on, because seconds would only flicker. */
function coarse(ms: number): number {
  return ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000;
}

export type SpanUnit = "seconds" | "minutes" | "hours" | "days";
/** A length of time as a person types it; without an amount there is none. */
export type Span = { amount: number | ""; unit: SpanUnit };

export const SPAN_SECONDS: Record<SpanUnit, number> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** The span in the largest unit that needs no fraction; 90 s stays 90 seconds. */
export function toSpan(seconds: number): Span {
  const unit = (["days", "hours", "minutes"] as const).find(
    (one) => seconds > 0 && seconds % SPAN_SECONDS[one] === 0,
  );
  return { amount: seconds / SPAN_SECONDS[unit ?? "seconds"], unit: unit ?? "seconds" };
}

/** The span in seconds; null without an amount. */
export function spanToSeconds({ amount, unit }: Span): number | null {
  return amount === "" ? null : Math.round(amount * SPAN_SECONDS[unit]);
}
