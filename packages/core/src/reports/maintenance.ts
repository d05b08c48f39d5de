import { lastSpanBy, type MaintenanceWindow } from "../maintenance/window.ts";
import type { Span } from "./spans.ts";

const SPANS_MAX = 2_000;

/** When maintenance was within the span, by the windows as they are now; a window's newest 2,000 times at most. */
export function maintenanceWithin(windows: readonly MaintenanceWindow[], { from, until }: Span): Span[] {
  return windows.flatMap((window) => {
    const spans: Span[] = [];
    let found = lastSpanBy(window, until - 1, from);
    while (found !== null && spans.length < SPANS_MAX) {
      spans.push(found);
      found = lastSpanBy(window, found.from - 1, from);
    }
    return spans;
  });
}
