import { instant } from "../time/instant.ts";
import type { CheckView } from "./check-queries.ts";
import type { Waiting } from "./status.ts";

type Seen = Pick<
  CheckView,
  "status" | "started" | "lastStartAt" | "expectedAt" | "deadlineAt" | "jitterSeconds"
>;

/** A check as the clock sees it. */
export function waitingOf(check: Seen): Waiting {
  const { status, started, lastStartAt, expectedAt, deadlineAt, jitterSeconds } = check;
  return {
    status,
    started,
    jitterMs: jitterSeconds * 1_000,
    lastStartAt: instant(lastStartAt),
    expectedAt: instant(expectedAt),
    deadlineAt: instant(deadlineAt),
  };
}
