import { type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { Gathered, WaitingAlert } from "./gather.ts";

/** So many messages about runs go within an hour as they come, … */
const AT_ONCE = 6;
/** … so many with a minute between them, and from then on one every five. */
const BY_THE_MINUTE = 20;
const RARELY_MS = 5 * MINUTE_MS;
/** What several jobs end at the same time comes as one. */
const TOGETHER_MS = 2 * SECOND_MS;

/**
 * What becomes of the runs and notices that wait for one channel, all of which go together. `sentAt`: when messages about
 * such went within the last hour. A job a night is told at once; one that runs each second comes as a message now and
 * then that counts.
 */
export function gatherQuiet(
  waiting: readonly Pick<WaitingAlert, "id" | "isAsked">[],
  sentAt: readonly Instant[],
  now: Instant,
): Gathered {
  const ids = waiting.map(({ id }) => id);
  const until = quietFrom(sentAt);
  if (until > now) return { messages: [], hold: [{ ids, until }] };
  const leadId = waiting.find(({ isAsked }) => isAsked)?.id;
  if (leadId === undefined) return { messages: [], hold: [] };
  return { messages: [{ leadId, otherIds: ids.filter((id) => id !== leadId), keys: [] }], hold: [] };
}

function quietFrom(sentAt: readonly Instant[]): Instant {
  const last = Math.max(Number.NEGATIVE_INFINITY, ...sentAt);
  if (sentAt.length < AT_ONCE) return last + TOGETHER_MS;
  return last + (sentAt.length < BY_THE_MINUTE ? MINUTE_MS : RARELY_MS);
}
