import type { Instant } from "@overdue/schedules";
import { type DeliveryKind, isInformational } from "./delivery-kinds.ts";
import { LIMITED_STATUS, type NextStep } from "./next-step.ts";

/** Errors in a row that open a channel's circuit. */
const CIRCUIT_FAILURES = 5;
/** How long an open circuit lets its channel rest: doubled each time in a row, up to the second. */
const REST_MS = 10_000;
const REST_MS_MAX = 300_000;
/** A channel that works is not written again for each message: its last success is known to the second. */
const LAST_SENT_STEP_MS = 1_000;

/** Whether a channel works, as far as its own answers tell. */
export type ChannelHealth = {
  /** Since when a permanent error keeps all but tests away; null: it works as far as known. */
  brokenAt: Instant | null;
  brokenBecause: string | null;
  /** Broken by no answer of its provider: its reader wants no more, or mail to it came back. */
  brokenBy: "recipient" | "bounce" | null;
  /** Errors in a row that may pass. */
  circuitFailures: number;
  /** How often in a row the channel began to rest. */
  circuitStep: number;
  /** Until when it rests, with an open circuit or because its provider limits us. */
  circuitUntil: Instant | null;
  lastSentAt: Instant | null;
};

/** What one attempt tells about its channel. `isProbe`: it was made to find out whether the circuit may close. */
export type HealthSign = { kind: DeliveryKind; step: NextStep; isProbe: boolean };

export type HealthChange = {
  health: ChannelHealth;
  /** Its owners should know. */
  turn: "broke" | "mended" | null;
  /** What waited for the circuit may go now. */
  isCircuitClosed: boolean;
};

/**
 * Decides what attempts that ended together tell about their channel: a message that arrives proves it, a permanent error
 * breaks it, errors in a row let it rest, and a limit lets it rest for as long as the provider wants. @returns null where
 * nothing changes that is worth writing.
 */
export function decideChannelHealth(
  before: ChannelHealth,
  signs: readonly HealthSign[],
  now: Instant,
): HealthChange | null {
  const seen = summaryOf(signs);
  if (!isWorthWriting(before, seen, now)) return null;
  const health = { ...broken(before, seen, now), ...circuit(before, seen, now) };
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
  /** How long its provider limits it; null: it does not. */
  limitMs: number | null;
  isLimitUnnamed: boolean;
};

function summaryOf(signs: readonly HealthSign[]): Summary {
  const reasons = signs.flatMap(({ step }) => step.channelBrokenBecause ?? []);
  // A test is a person's own try, and shows no limit to alerts.
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

/** An informational message that fails must not make alerts wait; a wait that a provider asks for is no failure. */
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

/** A message that was under way when its reader unsubscribed, or when mail came back, proves nothing; a test does. */
function isMended({ brokenBy }: ChannelHealth, seen: Summary): boolean {
  return seen.isSent && (brokenBy === null || (brokenBy === "bounce" && seen.isTestSent));
}

function broken(before: ChannelHealth, seen: Summary, now: Instant): ChannelHealth {
  if (isMended(before, seen)) return { ...before, brokenAt: null, brokenBecause: null, brokenBy: null };
  if (seen.brokenBecause === null) return before;
  return {
    ...before,
    brokenAt: before.brokenAt ?? now,
    brokenBecause: before.brokenBy === null ? seen.brokenBecause : before.brokenBecause,
  };
}

type Circuit = Pick<ChannelHealth, "circuitFailures" | "circuitStep" | "circuitUntil">;

function circuit(before: ChannelHealth, seen: Summary, now: Instant): Circuit {
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
  // A message that was on its way already tells nothing about a limit that its provider named.
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

/** What decides whether a channel can be sent anything, beside its health. */
export type ChannelFacts = {
  health: ChannelHealth;
  isDeleted: boolean;
  isUnconfirmed: boolean;
};

/**
 * "stopped": its reader wants no more. "unconfirmed": nobody has agreed to its address. "resting": its circuit is open.
 * "probing": it was open, and one attempt may find out whether it still must be.
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
