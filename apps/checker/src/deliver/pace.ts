import { channelKinds, isKindName, type Pace } from "@overdue/channels";

const UNKNOWN: Pace = { atOnce: 1, perSecond: 1, inAllPerSecond: 10 };

/** How much a provider takes; little, where another version of us wrote a kind that we do not know. */
export function paceOf(kind: string): Pace {
  return isKindName(kind) ? channelKinds[kind].pace : UNKNOWN;
}
