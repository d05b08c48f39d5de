import { channelKinds, isKindName, type RateLimit } from "@overdue/channels";

const UNKNOWN: RateLimit = { concurrency: 1, perSecond: 1, perSecondInAll: 10 };
/** A receiver that takes this many has no limit that would have to be kept. */
const UNLIMITED_PER_SECOND = 1_000;

/** How much a provider takes; little for a kind that another version of us wrote and we do not know. */
export function limitsOf(kind: string): RateLimit {
  return isKindName(kind) ? channelKinds[kind].rateLimit : UNKNOWN;
}

/** The rate that all senders keep together, by one clock; null where none is to be kept. */
export function sharedLimitOf(kind: string): RateLimit | null {
  const limits = limitsOf(kind);
  return limits.perSecond < UNLIMITED_PER_SECOND ? limits : null;
}
