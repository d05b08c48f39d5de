import type { Instant } from "@overdue/schedules";
import type { DeliveryKind } from "./delivery-kinds.ts";

/** A delivery that its own channel did not take, or has not taken yet. */
export type Undelivered = {
  kind: DeliveryKind;
  /** It is itself in another delivery's place. */
  isFallback: boolean;
  /** It closes an incident at the provider of its own channel, such as PagerDuty; no other channel knows that incident. */
  endsKeptIncident: boolean;
};

/** Informational messages, tests and questions are nobody else's business; what failed in another's place goes no further. */
export function needsFallback({ kind, isFallback, endsKeptIncident }: Undelivered): boolean {
  const isAlert = !["test", "confirm", "run", "notice"].includes(kind);
  return isAlert && !isFallback && !endsKeptIncident;
}

/** A channel of a project, as far as it matters for what another channel did not take. */
export type FallbackChannel = {
  id: string;
  /** The project's named fallback. */
  isNamed: boolean;
  /** An owner's mailbox that Overdue made itself. */
  isInternal: boolean;
  isGroup: boolean;
  isEmail: boolean;
  /** Neither deleted nor broken, and its address is confirmed. */
  isWorking: boolean;
  /** Its circuit breaker is open. */
  isResting: boolean;
  /** The mail server takes no mail for it until the operator has mended something. */
  isMailRefused: boolean;
  lastSentAt: Instant | null;
};

/**
 * Chooses the channel that gets what `own` did not take: the project's named fallback. Where only the operator can mend
 * it and no named fallback works, any other channel that works gets it, and rather one that is no mailbox. @returns null
 * where there is none.
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
  // Where a mail server refuses one address, it may refuse the next one, too.
  const rank = (channel: FallbackChannel) =>
    (channel.isEmail && own.isMailRefused ? 2 : 0) + (channel.isNamed ? 0 : 1);
  return (one: FallbackChannel, other: FallbackChannel) =>
    rank(one) - rank(other) ||
    (other.lastSentAt ?? -Infinity) - (one.lastSentAt ?? -Infinity) ||
    one.id.localeCompare(other.id);
}
