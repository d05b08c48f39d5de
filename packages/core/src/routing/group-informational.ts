import { type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { Grouping, WaitingAlert } from "./group-alerts.ts";

/** The first messages within an hour are sent as they come. */
const IMMEDIATE_MAX = 6;
/** Up to this many, a minute lies between two messages; after that, `LONG_GAP_MS`. */
const MINUTELY_MAX = 20;
const LONG_GAP_MS = 5 * MINUTE_MS;
/** Jobs that end at the same time share one message. */
const SHORT_GAP_MS = 2 * SECOND_MS;

/**
 * Decides when the runs and notices that wait for one channel are sent, all as one message. `sentAt`: when such messages
 * were sent within the last hour. A run of a nightly job is sent at once; runs of a job that runs each second are counted
 * in a message every few minutes.
 */
export function groupInformational(
  waiting: readonly Pick<WaitingAlert, "id" | "isAsked">[],
  sentAt: readonly Instant[],
  now: Instant,
): Grouping {
  const ids = waiting.map(({ id }) => id);
  const until = nextMessageAt(sentAt);
  if (until > now) return { messages: [], hold: [{ ids, until }] };
  const leaderId = waiting.find(({ isAsked }) => isAsked)?.id;
  if (leaderId === undefined) return { messages: [], hold: [] };
  return { messages: [{ leaderId, otherIds: ids.filter((id) => id !== leaderId), keys: [] }], hold: [] };
}

function nextMessageAt(sentAt: readonly Instant[]): Instant {
  const last = Math.max(Number.NEGATIVE_INFINITY, ...sentAt);
  if (sentAt.length < IMMEDIATE_MAX) return last + SHORT_GAP_MS;
  return last + (sentAt.length < MINUTELY_MAX ? MINUTE_MS : LONG_GAP_MS);
}
