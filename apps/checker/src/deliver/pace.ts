import { channelKinds, isKindName, type Pace } from "@overdue/channels";

const UNKNOWN: Pace = { atOnce: 1, perSecond: 1, inAllPerSecond: 10 };
/** Who takes so many is not to be spared. */
const UNSPARED_PER_SECOND = 1_000;

/** How much a provider takes; little, where another version of us wrote a kind that we do not know. */
export function paceOf(kind: string): Pace {
  return isKindName(kind) ? channelKinds[kind].pace : UNKNOWN;
}

/** The pace that all checkers keep together, by one clock; null where none is to be kept. */
export function sharedPaceOf(kind: string): Pace | null {
  const pace = paceOf(kind);
  return pace.perSecond < UNSPARED_PER_SECOND ? pace : null;
}
