import type { Instant } from "@overdue/schedules";

/** A half-open span: `from` is inside, `until` is not. */
export type Span = { from: Instant; until: Instant };

/** Sorts spans, removes overlaps and empty ones, and clips them to `bounds`. */
export function mergeWithin(spans: readonly Span[], bounds: Span): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    // Overlapping spans are cut where the last one ends, so that lengths add up.
    const from = Math.max(span.from, bounds.from, merged.at(-1)?.until ?? -Infinity);
    const until = Math.min(span.until, bounds.until);
    if (until > from) merged.push({ from, until });
  }
  return merged;
}

/** Subtracts the spans `gone` from `spans`. Both must be sorted and without overlaps. */
export function without(spans: readonly Span[], gone: readonly Span[]): Span[] {
  const left: Span[] = [];
  let next = 0;
  for (const span of spans) {
    let { from } = span;
    while ((gone[next]?.until ?? Infinity) <= from) next += 1;
    for (let index = next; (gone[index]?.from ?? Infinity) < span.until; index += 1) {
      const hole = gone[index] ?? span;
      if (hole.from > from) left.push({ from, until: hole.from });
      from = Math.max(from, hole.until);
    }
    if (from < span.until) left.push({ from, until: span.until });
  }
  return left;
}

/** The total length in milliseconds. */
export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, until }) => sum + until - from, 0);
}
