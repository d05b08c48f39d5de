import { type DeliveryKind, isInformational } from "./delivery-kinds.ts";

const RETRY_SECONDS = [5, 15, 45, 120, 300, 600, 1_200, 2_400];
const HOURLY_SECONDS = 3_600;
/** The first wait for a limit whose end the provider does not name; it is doubled each time. */
const LIMIT_SECONDS = 15;
/** The time that a provider names is believed this often; one that limits us again and again means more than it says. */
const NAMED_TIMES = 5;
/** Each try uses up more of a limit. By this number one alert is tried for more than a day. */
const LIMITED_TRIES = 30;
/** A mailbox that is full now will not be empty in seconds; `record-bounce.ts` keeps the same times. */
const UNAVAILABLE_SECONDS = [900, 3_600, 14_400];
const UNAVAILABLE_SECONDS_MAX = 43_200;
/** The operator may mend it at any moment, and then alerts must not wait for long. */
const OPERATOR_SECONDS_MAX = 600;
/** A failure that may be over by itself is given this many tries, over three minutes, before the operator is blamed. */
const MAY_PASS_TIMES = 4;
/** An alert that waits longer than this for its next try is sent to a fallback channel meanwhile. */
const FALLBACK_AFTER_MS = 4 * 60_000;
const JITTER = 0.2;
const GIVE_UP_MS = 24 * 3_600_000;
/** A line about a run is soon of no interest. */
const GIVE_UP_INFORMATIONAL_MS = 3_600_000;
/** A person waits for a test to end. */
const GIVE_UP_TEST_MS = 60_000;
/** What is stored for a wait that a provider asked for, whatever status it sent. */
export const LIMITED_STATUS = 429;

/** What is known of a delivery before the attempt. */
export type AttemptHistory = {
  /** The number of this attempt, from 1. */
  attempt: number;
  /** Attempts that ended in an error, not counting those that a provider only postponed. */
  failures: number;
  /** Since the alert was written. */
  ageMs: number;
  /** How often in a row its channel began to rest. */
  rests: number;
};

/** What follows from an attempt, for its delivery and its channel. */
export type NextStep = {
  state: "sent" | "retry" | "failed";
  statusCode: number | null;
  answer: string;
  providerRef: string | null;
  /** For a retry. */
  retryInMs: number;
  /** It may have arrived although it counts as not sent. */
  uncertain: boolean;
  /** Why the channel will never work as it is set; null: it works as far as known. */
  channelBrokenBecause: string | null;
  /** Although it is tried again, the fallback channel gets it meanwhile. */
  needsFallback?: boolean;
  /**
   * The provider limits us: its channel takes nothing until the retry. "named": the provider said until when; "unnamed":
   * it did not, so each rest in a row is longer.
   */
  limit?: "named" | "unnamed" | null;
  /** Somebody else than the channel's owner is at fault: the operator for certain, or perhaps. */
  blames?: "operator" | "unsure" | null;
  /** It does not count against the channel, however often it happens. */
  isBlameless?: boolean;
};

/**
 * Decides what follows from an attempt. `chance`: 0 … 1, spreads retries so that they do not come together.
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
      return retry({
        uncertain: result.uncertain,
        retryInMs: Math.max(step.retryInMs, result.notBeforeMs ?? 0),
      });
    case "unavailable": {
      const seconds = UNAVAILABLE_SECONDS[history.failures] ?? UNAVAILABLE_SECONDS_MAX;
      return retry({ retryInMs: jitter(seconds, chance), needsFallback: true, isBlameless: true });
    }
    case "operator": {
      const isSure = result.mayPass !== true || history.failures >= MAY_PASS_TIMES;
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
      ? backOff(Math.max(history.rests, times))
      : Math.max(namedMs, times < NAMED_TIMES ? 0 : backOff(times - NAMED_TIMES));
  return {
    retryInMs,
    statusCode: LIMITED_STATUS,
    isBlameless: true,
    limit: namedMs === null ? "unnamed" : "named",
    ...(history.attempt >= LIMITED_TRIES && { state: "failed" as const }),
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

/** What the answers of other recipients of the same mail server tell about a refusal that blames nobody for certain. */
export type OtherAnswers = {
  /** For a while now the server has taken mail for other addresses of the same domain. */
  sameDomainTakes: boolean;
  /** Other addresses are refused in the same manner. */
  othersRefused: boolean;
};

/**
 * Decides about a refusal in words that blame nobody for certain: where the server takes mail for the same domain all the
 * while, the address is at fault; where others are refused too, the mail server is. Until then it is tried again.
 */
export function weighRefusal(step: NextStep, { sameDomainTakes, othersRefused }: OtherAnswers): NextStep {
  if (sameDomainTakes) return { ...step, state: "failed", blames: null, channelBrokenBecause: step.answer };
  return othersRefused ? { ...step, blames: "operator" } : step;
}

/** What an answer means. `because`: fit to be stored and shown, so without addresses and tokens. */
export type AttemptOutcome = { because: string } & (
  | { outcome: "sent"; providerRef: string | null }
  /** Will never work as it is set: the channel is broken until a person mends it. */
  | { outcome: "permanent" }
  /** The provider limits us. `retryAfterMs`: the time that it named; null: none, so the retries back off. */
  | { outcome: "throttled"; retryAfterMs: number | null }
  /** `uncertain`: it may have arrived all the same. `notBeforeMs`: the provider asked for a pause of this length. */
  | { outcome: "transient"; uncertain: boolean; notBeforeMs?: number }
  /** The target takes nothing for now, such as a full mailbox: the channel stays, and another one gets the alert too. */
  | { outcome: "unavailable" }
  /** Refused in words that blame neither the target nor our mail server for certain: other recipients' answers decide. */
  | { outcome: "doubtful" }
  /** Only the operator can mend it, so the channel never breaks by it. `mayPass`: it may also be over by itself. */
  | { outcome: "operator"; mayPass?: boolean }
  /** The target moved: these settings are stored, and it is tried again. */
  | { outcome: "moved"; settings: Record<string, unknown> }
);

/** The result of one attempt to send a message. `statusCode`: of the provider's answer, null where none came. */
export type AttemptResult = AttemptOutcome & { statusCode: number | null };
