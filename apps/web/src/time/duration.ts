import { durationText } from "@overdue/core";

/** "6 h", "19 min", "2 d": only the largest unit, for rows without room for more. */
export function roughText(ms: number): string {
  return durationText(ms).split(" ").slice(0, 2).join(" ");
}

/** "3 min ago", "in 2 h 5 min", "just now": `at` relative to `now`, both epoch milliseconds. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(at - now);
  if (distance < 5_000) return "just now";
  const text = durationText(withoutSeconds(distance));
  return at < now ? `${text} ago` : `in ${text}`;
}

/** Rounds a minute or more down to whole minutes, because the seconds would change all the time. */
function withoutSeconds(ms: number): number {
  return ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000;
}

export type SpanUnit = "seconds" | "minutes" | "hours" | "days";
/** A length of time as a person types it; an empty amount means none. */
export type Span = { amount: number | ""; unit: SpanUnit };

/** What an empty field of a length of time holds. */
export const NO_SPAN: Span = { amount: "", unit: "minutes" };

export const SPAN_SECONDS: Record<SpanUnit, number> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** The longest span that the steps and reminders of an alert route may have, and the longest recurring maintenance. */
export const MONTH_SECONDS = 31 * SPAN_SECONDS.days;
export const WEEK_SECONDS = 7 * SPAN_SECONDS.days;

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
