import type { Instant } from "@overdue/schedules";
import { type DeliveryKind, isInformational } from "./delivery-kinds.ts";
import { LIMITED_STATUS, type NextStep } from "./next-step.ts";

/** Errors in a row that open a channel's circuit. */
const CIRCUIT_FAILURES = 5;
/** How long an open circuit stops attempts to its channel: doubled each time in a row, up to the maximum. */
const REST_MS = 10_000;
const REST_MS_MAX = 300_000;
/** The last success of a channel is kept to the second, so that not every message writes the channel. */
const LAST_SENT_STEP_MS = 1_000;

/** Whether a channel works, as far as its provider's responses show. */
export type ChannelHealth = {
  /** Since when a permanent error stops everything but tests; null: no such error is known. */
  brokenAt: Instant | null;
  brokenBecause: string | null;
  /** What broke it, if not a response of its provider: its recipient unsubscribed, or a mail to it bounced. */
  brokenBy: "recipient" | "bounce" | null;
  /** Temporary errors in a row. */
  circuitFailures: number;
  /** How often in a row the channel began to rest. */
  circuitStep: number;
  /** Until when it rests, because its circuit is open or its provider limits the rate. */
  circuitUntil: Instant | null;
  lastSentAt: Instant | null;
};

/** What one attempt tells about its channel. `isProbe`: it was made to find out whether the circuit may close. */
export type HealthSign = { kind: DeliveryKind; step: NextStep; isProbe: boolean };

export type HealthChange = {
  health: ChannelHealth;
  /** A turn that the channel's owners are notified of. */
  turn: "broke" | "mended" | null;
  /** Deliveries that waited for the circuit may go now. */
  isCircuitClosed: boolean;
};

/**
 * Decides what attempts that ended together tell about their channel: a message that arrives proves that it works, a
 * permanent error breaks it, errors in a row make it rest, and a rate limit makes it rest for as long as the provider
 * asks. @returns null if nothing changes that is worth writing.
 */
export function decideChannelHealth(
  before: ChannelHealth,
  signs: readonly HealthSign[],
  now: Instant,
): HealthChange | null {
  const seen = summaryOf(signs);
  if (!isWorthWriting(before, seen, now)) return null;
  const health = { ...nextBroken(before, seen, now), ...nextCircuit(before, seen, now) };
  return {
    health: { ...health, lastSentAt: seen.isSent ? now : before.lastSentAt },
    turn: turnOf(before, health),
    isCircuitClosed: seen.isSent && before.circuitStep > 0,
  };
}

type Summary = {
  isSent: boolean;
  isTestSent: boolean;
  brokenBecause: string | null;
  isProbe: boolean;
  failures: number;
  /** For how many milliseconds its provider limits it; null: it does not. */
  limitMs: number | null;
  isLimitUnnamed: boolean;
};

function summaryOf(signs: readonly HealthSign[]): Summary {
  const reasons = signs.flatMap(({ step }) => step.channelBrokenBecause ?? []);
  // A limit that a person's test ran into does not hold alerts back.
  const limits = signs.filter(
    ({ kind, step }) => (step.limit ?? null) !== null && step.state === "retry" && kind !== "test",
  );
  return {
    isSent: signs.some(({ step }) => step.state === "sent"),
    isTestSent: signs.some(({ kind, step }) => step.state === "sent" && kind === "test"),
    brokenBecause: reasons.toSorted()[0] ?? null,
    isProbe: signs.some(({ isProbe }) => isProbe),
    failures: signs.filter(isFailure).length,
    limitMs: limits.length === 0 ? null : Math.max(...limits.map(({ step }) => step.retryInMs)),
    isLimitUnnamed: limits.some(({ step }) => step.limit === "unnamed"),
  };
}

/** A failed informational message must not make alerts wait, and a wait that a provider asks for is not a failure. */
function isFailure({ kind, step }: HealthSign): boolean {
  return (
    step.state !== "sent" &&
    step.isBlameless !== true &&
    step.statusCode !== LIMITED_STATUS &&
    !isInformational(kind)
  );
}

function isWorthWriting(before: ChannelHealth, seen: Summary, now: Instant): boolean {
  if (seen.brokenBecause !== null || seen.failures > 0 || seen.limitMs !== null) return true;
  if (!seen.isSent) return false;
  const isOld = before.lastSentAt === null || before.lastSentAt < now - LAST_SENT_STEP_MS;
  return isOld || before.brokenAt !== null || before.circuitFailures > 0 || before.circuitStep > 0;
}

/** A message that was on its way when its recipient unsubscribed, or a mail bounced, proves nothing; a test does. */
function isMended({ brokenBy }: ChannelHealth, seen: Summary): boolean {
  return seen.isSent && (brokenBy === null || (brokenBy === "bounce" && seen.isTestSent));
}

function nextBroken(before: ChannelHealth, seen: Summary, now: Instant): ChannelHealth {
  if (isMended(before, seen)) return { ...before, brokenAt: null, brokenBecause: null, brokenBy: null };
  if (seen.brokenBecause === null) return before;
  return {
    ...before,
    brokenAt: before.brokenAt ?? now,
    brokenBecause: before.brokenBy === null ? seen.brokenBecause : before.brokenBecause,
  };
}

type Circuit = Pick<ChannelHealth, "circuitFailures" | "circuitStep" | "circuitUntil">;

function nextCircuit(before: ChannelHealth, seen: Summary, now: Instant): Circuit {
  const { circuitFailures, circuitStep } = before;
  if (seen.isSent || seen.brokenBecause !== null)
    return { circuitFailures: 0, circuitStep: 0, circuitUntil: restAfterSuccess(before, seen, now) };
  const opens =
    seen.failures > 0 &&
    (seen.isProbe || (circuitStep === 0 && circuitFailures + seen.failures >= CIRCUIT_FAILURES));
  const isLimited = seen.limitMs !== null && seen.isLimitUnnamed;
  return {
    circuitFailures: circuitFailures + seen.failures,
    circuitStep: circuitStep + (opens || isLimited ? 1 : 0),
    circuitUntil: restAfterFailure(before, { opens, limitMs: seen.limitMs }, now),
  };
}

function restAfterSuccess(before: ChannelHealth, seen: Summary, now: Instant): Instant | null {
  if (seen.brokenBecause !== null || (seen.isSent && before.circuitStep > 0)) return null;
  // A success that was on its way already does not lift a limit that the provider named.
  return seen.limitMs === null ? before.circuitUntil : now + seen.limitMs;
}

function restAfterFailure(
  { circuitStep, circuitUntil }: ChannelHealth,
  { opens, limitMs }: { opens: boolean; limitMs: number | null },
  now: Instant,
): Instant | null {
  if (limitMs !== null) return now + limitMs;
  if (!opens) return circuitUntil;
  return now + Math.min(REST_MS * 2 ** Math.min(circuitStep, 10), REST_MS_MAX);
}

function turnOf(before: ChannelHealth, after: ChannelHealth): HealthChange["turn"] {
  if (before.brokenAt === null && after.brokenAt !== null) return "broke";
  return before.brokenAt !== null && after.brokenAt === null ? "mended" : null;
}

/** What decides whether anything can be sent to a channel. */
export type ChannelFacts = {
  health: ChannelHealth;
  isDeleted: boolean;
  isUnconfirmed: boolean;
};

/**
 * "stopped": its recipient unsubscribed. "unconfirmed": its address has not been confirmed. "resting": its circuit is open.
 * "probing": the circuit was open, and one attempt may find out whether it can close.
 */
export type ChannelState =
  | "working"
  | "stopped"
  | "unconfirmed"
  | "broken"
  | "deleted"
  | "resting"
  | "probing";

export function channelState({ health, isDeleted, isUnconfirmed }: ChannelFacts, now: Instant): ChannelState {
  if (isDeleted) return "deleted";
  if (health.brokenBy === "recipient") return "stopped";
  if (isUnconfirmed) return "unconfirmed";
  if (health.brokenAt !== null) return "broken";
  if (health.circuitUntil !== null && health.circuitUntil > now) return "resting";
  return health.circuitStep > 0 ? "probing" : "working";
}
