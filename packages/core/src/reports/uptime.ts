import type { Instant } from "@overdue/schedules";
import type { Status } from "../checks/check.ts";
import { lengthOf, mergedWithin, type Span, without } from "./spans.ts";

/** What became of a check's status: what it was at first, and each change after that, oldest first. */
export type StatusLine = { first: Status; changes: readonly { at: Instant; to: Status }[] };

/** What does not count for or against anybody: maintenance, and when Overdue itself could not hear. */
export type LeftOut = { maintenance: readonly Span[]; outages: readonly Span[] };

/** Of a span, in milliseconds. `countedMs`: up or down, outside of all that is left out; `downMs` is part of it. */
export type Uptime = { countedMs: number; downMs: number; pausedMs: number; maintenanceMs: number };

/** How long a check was down of the time that counts. New and paused do not count, nor does what is left out. */
export function uptimeOf(line: StatusLine, span: Span, { maintenance, outages }: LeftOut): Uptime {
  const of = (status: Status) => spansOf(line, status, span);
  const planned = mergedWithin(maintenance, span);
  const gone = mergedWithin([...planned, ...outages], span);
  const evaluated = mergedWithin([...of("up"), ...of("down")], span);
  return {
    countedMs: lengthOf(without(evaluated, gone)),
    downMs: lengthOf(without(of("down"), gone)),
    pausedMs: lengthOf(of("paused")),
    maintenanceMs: lengthOf(evaluated) - lengthOf(without(evaluated, planned)),
  };
}

function spansOf({ first, changes }: StatusLine, status: Status, bounds: Span): Span[] {
  const spans: Span[] = [];
  let current = { at: -Infinity, to: first };
  for (const change of [...changes, { at: Infinity, to: first }]) {
    if (current.to === status) spans.push({ from: current.at, until: change.at });
    current = change;
  }
  return mergedWithin(spans, bounds);
}
