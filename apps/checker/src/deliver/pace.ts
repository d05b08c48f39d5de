import { channelKinds, isKindName, type Pace } from "@overdue/channels";

const UNKNOWN: Pace = { atOnce: 1, perSecond: 1, inAllPerSecond: 10 };

/** A provider's pace, as far as one of several checkers may use it up; none knows what the others send. */
export function shareOf({ atOnce, perSecond, inAllPerSecond }: Pace, checkers: number): Pace {
  return { atOnce, perSecond: perSecond / checkers, inAllPerSecond: inAllPerSecond / checkers };
}

/** How much a provider takes; little, where another version of us wrote a kind that we do not know. */
export function paceOf(kind: string): Pace {
  return isKindName(kind) ? channelKinds[kind].pace : UNKNOWN;
}
