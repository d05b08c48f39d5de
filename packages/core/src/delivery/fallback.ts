import type { Instant } from "@overdue/schedules";
import type { DeliveryKind } from "./delivery-kinds.ts";

/** A delivery that its own channel did not accept, or has not accepted yet. */
export type Undelivered = {
  kind: DeliveryKind;
  /** It is itself a fallback for another delivery. */
  isFallback: boolean;
  /** It closes an incident at the provider of its own channel, such as PagerDuty; no other channel knows that incident. */
  endsKeptIncident: boolean;
};

/** Only alerts get a fallback: not informational messages, tests and confirmations, and not what is itself a fallback. */
export function needsFallback({ kind, isFallback, endsKeptIncident }: Undelivered): boolean {
  const isAlert = !["test", "confirm", "run", "notice"].includes(kind);
  return isAlert && !isFallback && !endsKeptIncident;
}

/** What matters of a channel when a fallback is chosen. */
export type FallbackChannel = {
  id: string;
  /** The fallback channel that the project names. */
  isNamed: boolean;
  /** An owner's mailbox, created by Overdue itself. */
  isInternal: boolean;
  isGroup: boolean;
  isEmail: boolean;
  /** Neither deleted nor broken, and its address is confirmed. */
  isWorking: boolean;
  /** Its circuit breaker is open. */
  isResting: boolean;
  /** The mail server refuses mail to it until the operator has fixed something. */
  isMailRefused: boolean;
  lastSentAt: Instant | null;
};

/**
 * Chooses the channel that gets what `own` did not accept: the project's named fallback. If only the operator can fix `own`
 * and no named fallback works, any other working channel gets it, preferably not a mailbox. @returns null if there is none.
 */
export function chooseFallback(
  own: FallbackChannel,
  channels: readonly FallbackChannel[],
): FallbackChannel | null {
  const replacesAny = own.isMailRefused && !own.isInternal;
  const possible = channels.filter(
    (channel) =>
      channel.id !== own.id &&
      channel.isWorking &&
      !channel.isMailRefused &&
      (channel.isNamed || (replacesAny && !channel.isInternal && !channel.isGroup && !channel.isResting)),
  );
  return possible.toSorted(byPreference(own))[0] ?? null;
}

function byPreference(own: FallbackChannel) {
  // A mail server that refuses one address may refuse the next one, too.
  const rank = (channel: FallbackChannel) =>
    (channel.isEmail && own.isMailRefused ? 2 : 0) + (channel.isNamed ? 0 : 1);
  return (one: FallbackChannel, other: FallbackChannel) =>
    rank(one) - rank(other) ||
    (other.lastSentAt ?? -Infinity) - (one.lastSentAt ?? -Infinity) ||
    one.id.localeCompare(other.id);
}
