export type SpanUnit = "seconds" | "minutes" | "hours" | "days";
/** A length of time as a person types it; an empty amount is none. */
export type Span = { amount: number | ""; unit: SpanUnit };

export const SPAN_SECONDS: Record<SpanUnit, number> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** The span in the largest unit that needs no fraction; 90 s stays 90 seconds. */
export function spanOf(seconds: number): Span {
  const unit = (["days", "hours", "minutes"] as const).find(
    (one) => seconds > 0 && seconds % SPAN_SECONDS[one] === 0,
  );
  return { amount: seconds / SPAN_SECONDS[unit ?? "seconds"], unit: unit ?? "seconds" };
}

/** Its seconds; null where no amount is given. */
export function spanSeconds({ amount, unit }: Span): number | null {
  return amount === "" ? null : Math.round(amount * SPAN_SECONDS[unit]);
}
