import { type Claim, type DeliveryKind, type Finish, isQuietKind } from "@overdue/db";

import type { Ending } from "../senders/sender.ts";

const RETRY_SECONDS = [5, 15, 45, 120, 300, 600, 1_200, 2_400];
const HOURLY_SECONDS = 3_600;
const JITTER = 0.2;
const GIVE_UP_MS = 24 * 3_600_000;
/** A line about a run is soon of no interest. */
const GIVE_UP_QUIET_MS = 3_600_000;
/** A person waits for a test to end. */
const GIVE_UP_TEST_MS = 60_000;
const POSTPONED = 429;

type NextStep = Omit<Finish, "startedAt">;

/** What follows from an attempt. `chance`: 0 … 1, spreads retries so that they do not come together. */
export function nextStep(
  ending: Ending,
  claim: Claim,
  { kind, chance }: { kind: DeliveryKind; chance: number },
): NextStep {
  const { result } = ending;
  const step: NextStep = {
    state: "retry",
    statusCode: ending.statusCode,
    answer: result.because,
    providerRef: null,
    retryInMs: retryInMs(claim.failures, chance),
    uncertain: false,
    channelBrokenBecause: null,
  };
  const retry = (change: Partial<NextStep>) => givenUpIfLate({ ...step, ...change }, claim, kind);
  switch (result.outcome) {
    case "sent":
      return { ...step, state: "sent", providerRef: result.providerRef, retryInMs: 0 };
    case "permanent":
      return { ...step, state: "failed", channelBrokenBecause: result.because, retryInMs: 0 };
    case "throttled":
      return retry({ retryInMs: result.retryAfterMs, statusCode: POSTPONED });
    case "moved":
      return retry(claim.failures === 0 ? { retryInMs: 0 } : {});
    case "transient":
      return retry({ uncertain: result.uncertain });
  }
}

function retryInMs(failures: number, chance: number): number {
  const seconds = RETRY_SECONDS[failures] ?? HOURLY_SECONDS;
  return Math.round(seconds * 1_000 * (1 - JITTER + 2 * JITTER * chance));
}

function givenUpIfLate(step: NextStep, claim: Claim, kind: DeliveryKind): NextStep {
  return claim.ageMs + step.retryInMs > giveUpMs(kind) ? { ...step, state: "failed" } : step;
}

function giveUpMs(kind: DeliveryKind): number {
  if (kind === "test") return GIVE_UP_TEST_MS;
  return isQuietKind(kind) ? GIVE_UP_QUIET_MS : GIVE_UP_MS;
}
