/** How much a provider takes, in messages per second: by one channel, and by all channels of the kind. */
export type RateLimit = { perSecond: number; perSecondInAll: number };

/** A delivery that asks whether its provider takes another message now. `limit`: null where it is not limited. */
export type Turn = { id: string; channelId: string; channelKind: string; limit: RateLimit | null };

/** Milliseconds until each channel and each kind takes another message, by its name; 0 or less: now. */
export type Waits = ReadonlyMap<string, number>;

export type PlannedTurns = {
  /** The waits once those that may go have gone. */
  waits: Map<string, number>;
  /** For each that must wait: in how many milliseconds its turn comes, if nobody else takes it. */
  later: Map<string, number>;
};

/** A delivery that waited for the moment comes a little before or after it. */
const SLACK_MS = 3;

/**
 * Plans which of these deliveries may go now, in their order. Those that must wait get turns one after the other, so
 * that they do not all come back at once.
 */
export function planTurns(turns: readonly Turn[], before: Waits): PlannedTurns {
  const waits = new Map(before);
  const expected = new Map(before);
  const later = new Map<string, number>();
  for (const { id, channelId, channelKind, limit } of turns) {
    if (limit === null) continue;
    const wait = Math.max(expected.get(channelId) ?? 0, expected.get(channelKind) ?? 0, 0);
    const changed = wait > SLACK_MS ? [expected] : [expected, waits];
    if (wait > SLACK_MS) later.set(id, wait);
    for (const some of changed) {
      moveOn(some, channelId, limit.perSecond);
      moveOn(some, channelKind, limit.perSecondInAll);
    }
  }
  return { waits, later };
}

function moveOn(waits: Map<string, number>, name: string, perSecond: number): void {
  waits.set(name, Math.max(waits.get(name) ?? 0, 0) + 1_000 / perSecond);
}
