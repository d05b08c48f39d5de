import { channelKinds, isKindName, type RateLimit } from "@overdue/channels";

const UNKNOWN: RateLimit = { concurrency: 1, perSecond: 1, perSecondInAll: 10 };
/** Who takes so many is not to be spared. */
const UNSPARED_PER_SECOND = 1_000;

/** How much a provider takes; little, where another version of us wrote a kind that we do not know. */
export function paceOf(kind: string): RateLimit {
  return isKindName(kind) ? channelKinds[kind].rateLimit : UNKNOWN;
}

/** The pace that all checkers keep together, by one clock; null where none is to be kept. */
export function sharedLimitOf(kind: string): RateLimit | null {
  const pace = paceOf(kind);
  return pace.perSecond < UNSPARED_PER_SECOND ? pace : null;
}
