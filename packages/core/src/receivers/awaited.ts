import { type Instant, SECOND_MS } from "@overdue/schedules";

/** No heartbeat for this long means that nothing could be received. */
export const RECEIVER_DOWN_AFTER_MS = 5 * SECOND_MS;

/**
 * For how long a receiver is waited for that fell silent and may have pings on its disk. Long enough that a machine starts a
 * process again, and that a minute without the database passes at one receiver alone; short enough that a machine that is gone
 * for good delays an alert by no more than people bear.
 */
export const AWAITED_MS = 120 * SECOND_MS;

/**
 * For how long a receiver keeps pings since it last reached the database, where there are others: they go on without it after
 * `AWAITED_MS`, and a ping that it answered after that would be missing.
 */
export const KEEPS_MS = AWAITED_MS - 15 * SECOND_MS;

/** What is stored of a receiver that has not ended. Instants are those of the database's clock. */
export type ReceiverSigns = {
  id: string;
  /** Everything that it accepted before is committed. */
  checkpointAt: Instant;
  /** When it last stored anything, without the time in which no receiver could. */
  seenAt: Instant;
  /** Whether it may have pings on its disk that are not stored. */
  hasSpool: boolean;
};

/** What follows from the signs of all receivers. */
export type Awaited = {
  /** Everything that any receiver accepted before is committed; null: no receiver stores anything, so nothing may be evaluated. */
  watermark: Instant | null;
  /** Those that hold the watermark back, or that move it. */
  holding: readonly ReceiverSigns[];
  /** Those that were waited for in vain: an outage must be stored for each before deadlines are evaluated without it. */
  gone: readonly ReceiverSigns[];
  /** For how long no receiver has stored anything, in milliseconds; 0 where one does. This time is no receiver's fault. */
  silentMs: number;
};

/**
 * Decides for which receivers the evaluation of deadlines waits. One without a spool is waited for as long as it stores its
 * heartbeats. One with a spool is waited for until it is given up, which `gone` asks for: never by the passing of time alone,
 * so that no deadline is evaluated between the two.
 */
export function awaitedReceivers(receivers: readonly ReceiverSigns[], now: Instant): Awaited {
  const seenAt = Math.max(-Infinity, ...receivers.map((receiver) => receiver.seenAt));
  const silentMs = receivers.length > 0 && isSilent(seenAt, now) ? now - seenAt : 0;
  const holding = receivers.filter((receiver) => receiver.hasSpool || !isSilent(receiver.seenAt, now));
  const gone =
    silentMs > 0
      ? []
      : holding.filter((receiver) => receiver.hasSpool && now - receiver.seenAt >= AWAITED_MS);
  const isAnyAlive = holding.length > 0 && silentMs === 0;
  const watermark = isAnyAlive ? Math.min(...holding.map(({ checkpointAt }) => checkpointAt)) : null;
  return { watermark, holding, gone, silentMs };
}

function isSilent(seenAt: Instant, now: Instant): boolean {
  return now - seenAt >= RECEIVER_DOWN_AFTER_MS;
}

/** Up to when the receivers other than `ids` have committed what they accepted; null: there are none. */
export function othersCommitted({ holding }: Awaited, ids: readonly string[]): Instant | null {
  const others = holding.filter(({ id }) => !ids.includes(id));
  return others.length === 0 ? null : Math.min(...others.map(({ checkpointAt }) => checkpointAt));
}

/**
 * Whether a receiver may answer a ping that only its own disk has. `sinceContactMs`: how long ago it last reached the
 * database, by whichever clock says more. Alone it may: nobody evaluates deadlines without it.
 */
export function mayKeep({ sinceContactMs, isAlone }: { sinceContactMs: number; isAlone: boolean }): boolean {
  return isAlone || sinceContactMs < KEEPS_MS;
}
