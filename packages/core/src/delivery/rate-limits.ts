/** How many messages per second a provider accepts for one channel, and for all channels of the kind together. */
export type RateLimit = { perSecond: number; perSecondInAll: number };

/** A delivery that asks whether its provider accepts another message now. `limit`: null if there is no limit. */
export type Turn = { id: string; channelId: string; channelKind: string; limit: RateLimit | null };

/** Milliseconds until a message may be sent, by channel id and by kind; 0 or less: now. */
export type Waits = ReadonlyMap<string, number>;

export type PlannedTurns = {
  /** The waits after those that may go have gone. */
  waits: Map<string, number>;
  /** In how many milliseconds the turn of each waiting delivery comes, by its id. */
  later: Map<string, number>;
};

/** A timer may fire this much before the exact moment. */
const SLACK_MS = 3;

/**
 * Plans which of these deliveries may go now, in the order given. Those that must wait get turns one after the other, so
 * that they do not all return at once.
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
    for (const planned of changed) {
      addWait(planned, channelId, limit.perSecond);
      addWait(planned, channelKind, limit.perSecondInAll);
    }
  }
  return { waits, later };
}

function addWait(waits: Map<string, number>, name: string, perSecond: number): void {
  waits.set(name, Math.max(waits.get(name) ?? 0, 0) + 1_000 / perSecond);
}
