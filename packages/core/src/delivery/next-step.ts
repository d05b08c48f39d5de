import { HOUR_MS, MINUTE_MS } from "@overdue/schedules";

import { type DeliveryKind, isInformational } from "./delivery-kinds.ts";

const RETRY_SECONDS = [5, 15, 45, 120, 300, 600, 1_200, 2_400];
const HOURLY_SECONDS = 3_600;
/** The first wait for a rate limit whose end the provider does not name; it is doubled each time. */
const LIMIT_SECONDS = 15;
/** After so many named waits in a row the wait grows: a provider that keeps limiting means more than it names. */
const NAMED_WAITS_MAX = 5;
/** Each attempt uses up more of the limit. By this number an alert has been tried for more than a day. */
const LIMITED_ATTEMPTS_MAX = 30;
/** A full mailbox will not be emptied within seconds. `record-bounce.ts` uses the same times. */
const UNAVAILABLE_SECONDS = [900, 3_600, 14_400];
const UNAVAILABLE_SECONDS_MAX = 43_200;
/** The operator may fix the problem at any moment, and then alerts must not wait for long. */
const OPERATOR_SECONDS_MAX = 600;
/** A failure that may pass by itself is retried this often, over three minutes, before the operator is blamed. */
const MAY_PASS_ATTEMPTS = 4;
/** An alert that waits at least this long for its next attempt is sent to a fallback channel meanwhile. */
const FALLBACK_AFTER_MS = 4 * MINUTE_MS;
/** Retries vary by this share up and down. */
const JITTER = 0.2;
const GIVE_UP_MS = 24 * HOUR_MS;
/** A message about a run soon loses its interest. */
const GIVE_UP_INFORMATIONAL_MS = HOUR_MS;
/** A person waits for the result of a test. */
const GIVE_UP_TEST_MS = MINUTE_MS;
/** The status that is stored when a provider asked for a wait, whatever status it sent. */
export const LIMITED_STATUS = 429;

/** What is known of a delivery before the attempt. */
export type AttemptHistory = {
  /** The number of this attempt, from 1. */
  attempt: number;
  /** Attempts that ended in an error, not counting those that the provider's rate limit postponed. */
  failures: number;
  /** How long ago the alert was written. */
  ageMs: number;
  /** How often in a row its channel has started to rest. */
  circuitStep: number;
};

/** What an attempt leads to, for its delivery and its channel. */
export type NextStep = {
  state: "sent" | "retry" | "failed";
  statusCode: number | null;
  answer: string;
  providerRef: string | null;
  /** How long to wait before a retry; 0 otherwise. */
  retryInMs: number;
  /** The message may have arrived although it counts as not sent. */
  uncertain: boolean;
  /** Why the channel cannot work with its present settings; null: no such reason is known. */
  channelBrokenBecause: string | null;
  /** While it is retried, the fallback channel gets the alert. */
  needsFallback?: boolean;
  /**
   * The provider limits the rate, so the channel is sent nothing until the retry. "named": the provider said until when;
   * "unnamed": it did not, so each rest in a row is longer.
   */
  limit?: "named" | "unnamed" | null;
  /** Who is at fault instead of the channel's owner: the operator for certain ("operator") or perhaps ("unsure"). */
  blames?: "operator" | "unsure" | null;
  /** The failure does not count against the channel, however often it happens. */
  isBlameless?: boolean;
};

/**
 * Decides what follows from an attempt. `chance`: a random number, 0 … 1, that spreads retries over time.
 *
 * A transient error after no failure: `{ state: "retry", retryInMs: 4_000 … 6_000 }`.
 */
export function decideNextStep(
  result: AttemptResult,
  history: AttemptHistory,
  { kind, chance }: { kind: DeliveryKind; chance: number },
): NextStep {
  const step: NextStep = {
    state: "retry",
    statusCode: result.statusCode,
    answer: result.because,
    providerRef: null,
    retryInMs: jitter(RETRY_SECONDS[history.failures] ?? HOURLY_SECONDS, chance),
    uncertain: false,
    channelBrokenBecause: null,
    needsFallback: false,
    limit: null,
    blames: null,
    isBlameless: false,
  };
  const retry = (change: Partial<NextStep>) => failedIfLate({ ...step, ...change }, history, kind);
  switch (result.outcome) {
    case "sent":
      return { ...step, state: "sent", providerRef: result.providerRef, retryInMs: 0 };
    case "permanent":
      return { ...step, state: "failed", channelBrokenBecause: result.because, retryInMs: 0 };
    case "throttled":
      return retry(waitForLimit(history, result.retryAfterMs, chance));
    case "moved":
      return retry(history.failures === 0 ? { retryInMs: 0 } : {});
    case "transient":
      // A person waits for the result of a test, and a retry would not change it.
      if (result.lasts === true && kind === "test") return { ...step, state: "failed", retryInMs: 0 };
      return retry({
        uncertain: result.uncertain,
        retryInMs: Math.max(step.retryInMs, result.notBeforeMs ?? 0),
        needsFallback: result.lasts === true,
      });
    case "unavailable": {
      const seconds = UNAVAILABLE_SECONDS[history.failures] ?? UNAVAILABLE_SECONDS_MAX;
      return retry({ retryInMs: jitter(seconds, chance), needsFallback: true, isBlameless: true });
    }
    case "operator": {
      const isSure = result.mayPass !== true || history.failures >= MAY_PASS_ATTEMPTS;
      return retry({
        ...blameless(step),
        needsFallback: isSure,
        blames: isSure ? "operator" : null,
      });
    }
    case "doubtful":
      return retry({ ...blameless(step), needsFallback: true, blames: "unsure" });
  }
}

function blameless({ retryInMs }: NextStep): Partial<NextStep> {
  return { retryInMs: Math.min(retryInMs, OPERATOR_SECONDS_MAX * 1_000), isBlameless: true };
}

function waitForLimit(history: AttemptHistory, namedMs: number | null, chance: number): Partial<NextStep> {
  const times = history.attempt - 1 - history.failures;
  const backOff = (step: number) =>
    jitter(Math.min(LIMIT_SECONDS * 2 ** Math.min(step, 20), HOURLY_SECONDS), chance);
  const retryInMs =
    namedMs === null
      ? backOff(Math.max(history.circuitStep, times))
      : Math.max(namedMs, times < NAMED_WAITS_MAX ? 0 : backOff(times - NAMED_WAITS_MAX));
  return {
    retryInMs,
    statusCode: LIMITED_STATUS,
    isBlameless: true,
    limit: namedMs === null ? "unnamed" : "named",
    ...(history.attempt >= LIMITED_ATTEMPTS_MAX && { state: "failed" as const }),
  };
}

function jitter(seconds: number, chance: number): number {
  return Math.round(seconds * 1_000 * (1 - JITTER + 2 * JITTER * chance));
}

function failedIfLate(step: NextStep, { ageMs }: AttemptHistory, kind: DeliveryKind): NextStep {
  if (ageMs + step.retryInMs > giveUpMs(kind)) return { ...step, state: "failed", needsFallback: false };
  return { ...step, needsFallback: step.needsFallback === true || step.retryInMs >= FALLBACK_AFTER_MS };
}

function giveUpMs(kind: DeliveryKind): number {
  if (kind === "test") return GIVE_UP_TEST_MS;
  return isInformational(kind) ? GIVE_UP_INFORMATIONAL_MS : GIVE_UP_MS;
}

/** How the same mail server answered for other recipients, which helps with a refusal that does not say who is at fault. */
export type OtherAnswers = {
  /** For a while now the server has accepted mail for other addresses of the same domain. */
  sameDomainTakes: boolean;
  /** Other addresses are refused in the same manner. */
  othersRefused: boolean;
};

/**
 * Decides about a refusal that does not say who is at fault. If the server accepts mail for the same domain meanwhile, the
 * address is at fault; if it refuses others too, the mail server is. If neither is so, the delivery is retried.
 */
export function weighRefusal(step: NextStep, { sameDomainTakes, othersRefused }: OtherAnswers): NextStep {
  if (sameDomainTakes) return { ...step, state: "failed", blames: null, channelBrokenBecause: step.answer };
  return othersRefused ? { ...step, blames: "operator" } : step;
}

/** What a response means. `because`: a text that can be stored and shown, so without addresses and tokens. */
export type AttemptOutcome = { because: string } & (
  | { outcome: "sent"; providerRef: string | null }
  /** It cannot work with these settings: the channel is broken until a person changes them. */
  | { outcome: "permanent" }
  /** The provider limits the rate. `retryAfterMs`: the wait that it named; null: none, so the retries back off. */
  | { outcome: "throttled"; retryAfterMs: number | null }
  /**
   * `uncertain`: the message may have arrived all the same. `notBeforeMs`: the wait that the provider asked for. `lasts`: no
   * retry within minutes will help, as where our own rules forbid the address.
   */
  | { outcome: "transient"; uncertain: boolean; notBeforeMs?: number; lasts?: true }
  /** The target accepts nothing for now, such as a full mailbox. The channel stays; a fallback gets the alert too. */
  | { outcome: "unavailable" }
  /** The refusal does not say whether the target or our mail server is at fault: the answers for others decide. */
  | { outcome: "doubtful" }
  /** Only the operator can fix it, so it never breaks the channel. `mayPass`: it may also pass by itself. */
  | { outcome: "operator"; mayPass?: boolean }
  /** The target moved: these settings are stored, and the delivery is retried. */
  | { outcome: "moved"; settings: Record<string, unknown> }
);

/** The result of one attempt to send a message. `statusCode`: of the provider's response; null if none came. */
export type AttemptResult = AttemptOutcome & { statusCode: number | null };
