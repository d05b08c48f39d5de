import { type Claim, type DeliveryKind, type Finish, isQuietKind } from "@overdue/db";

import type { Ending } from "../senders/sender.ts";

const RETRY_SECONDS = [5, 15, 45, 120, 300, 600, 1_200, 2_400];
const HOURLY_SECONDS = 3_600;
/** A limit without an end: 15 s, doubled each time. */
const LIMIT_SECONDS = 15;
/** So often a time that the provider names is believed; one that limits us again and again means more than it says. */
const NAMED_TIMES = 5;
/** Each try uses up more of a limit, so one alert tries no more often, and a day has fewer at this pace. */
const LIMITED_TRIES = 30;
/** A mailbox that is full now will not be empty in seconds; `record-bounce.ts` keeps the same times. */
const UNAVAILABLE_SECONDS = [900, 3_600, 14_400];
const UNAVAILABLE_SECONDS_MAX = 43_200;
/** The operator may mend it at any moment, and then alerts must not wait for long. */
const OPERATOR_SECONDS_MAX = 600;
/** So many tries, over three minutes, are given to what may be over by itself. */
const MAY_PASS_TIMES = 4;
/** An alert that waits for as long as this until its next try is told by another channel meanwhile. */
const STAND_IN_MS = 4 * 60_000;
const JITTER = 0.2;
const GIVE_UP_MS = 24 * 3_600_000;
/** A line about a run is soon of no interest. */
const GIVE_UP_QUIET_MS = 3_600_000;
/** A person waits for a test to end. */
const GIVE_UP_TEST_MS = 60_000;
const POSTPONED = 429;

type NextStep = Omit<Finish, "startedAt">;
type Given = { kind: DeliveryKind; chance: number };

/** What follows from an attempt. `chance`: 0 … 1, spreads retries so that they do not come together. */
export function nextStep(ending: Ending, claim: Claim, { kind, chance }: Given): NextStep {
  const { result } = ending;
  const step: NextStep = {
    state: "retry",
    statusCode: ending.statusCode,
    answer: result.because,
    providerRef: null,
    retryInMs: jittered(RETRY_SECONDS[claim.failures] ?? HOURLY_SECONDS, chance),
    uncertain: false,
    channelBrokenBecause: null,
    standIn: false,
    limit: null,
    blames: null,
    isBlameless: false,
  };
  const retry = (change: Partial<NextStep>) => givenUpIfLate({ ...step, ...change }, claim, kind);
  switch (result.outcome) {
    case "sent":
      return { ...step, state: "sent", providerRef: result.providerRef, retryInMs: 0 };
    case "permanent":
      return { ...step, state: "failed", channelBrokenBecause: result.because, retryInMs: 0 };
    case "throttled":
      return limited(retry, { claim, namedMs: result.retryAfterMs, chance });
    case "moved":
      return retry(claim.failures === 0 ? { retryInMs: 0 } : {});
    case "transient":
      return retry({
        uncertain: result.uncertain,
        retryInMs: Math.max(step.retryInMs, result.notBeforeMs ?? 0),
      });
    case "unavailable": {
      const seconds = UNAVAILABLE_SECONDS[claim.failures] ?? UNAVAILABLE_SECONDS_MAX;
      return retry({ retryInMs: jittered(seconds, chance), standIn: true, isBlameless: true });
    }
    case "operator": {
      const isSure = result.mayPass !== true || claim.failures >= MAY_PASS_TIMES;
      return retry({ ...forOthers(step), standIn: isSure, blames: isSure ? "operator" : null });
    }
    case "doubtful":
      return retry({ ...forOthers(step), standIn: true, blames: "unsure" });
  }
}

function forOthers({ retryInMs }: NextStep): Partial<NextStep> {
  return { retryInMs: Math.min(retryInMs, OPERATOR_SECONDS_MAX * 1_000), isBlameless: true };
}

function limited(
  retry: (change: Partial<NextStep>) => NextStep,
  { claim, namedMs, chance }: { claim: Claim; namedMs: number | null; chance: number },
): NextStep {
  const times = claim.attempt - 1 - claim.failures;
  const backOff = (step: number) =>
    jittered(Math.min(LIMIT_SECONDS * 2 ** Math.min(step, 20), HOURLY_SECONDS), chance);
  const retryInMs =
    namedMs === null
      ? backOff(Math.max(claim.rests, times))
      : Math.max(namedMs, times < NAMED_TIMES ? 0 : backOff(times - NAMED_TIMES));
  return retry({
    retryInMs,
    statusCode: POSTPONED,
    isBlameless: true,
    limit: namedMs === null ? "unnamed" : "named",
    ...(claim.attempt >= LIMITED_TRIES && { state: "failed" }),
  });
}

function jittered(seconds: number, chance: number): number {
  return Math.round(seconds * 1_000 * (1 - JITTER + 2 * JITTER * chance));
}

function givenUpIfLate(step: NextStep, claim: Claim, kind: DeliveryKind): NextStep {
  const isLate = claim.ageMs + step.retryInMs > giveUpMs(kind);
  if (isLate) return { ...step, state: "failed", standIn: false };
  return { ...step, standIn: step.standIn === true || step.retryInMs >= STAND_IN_MS };
}

function giveUpMs(kind: DeliveryKind): number {
  if (kind === "test") return GIVE_UP_TEST_MS;
  return isQuietKind(kind) ? GIVE_UP_QUIET_MS : GIVE_UP_MS;
}
