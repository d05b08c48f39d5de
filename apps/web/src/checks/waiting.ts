import { instant } from "../time/instant.ts";
import type { CheckView } from "./check-queries.ts";
import type { Waiting } from "./status.ts";

type Seen = Pick<CheckView, "status" | "started" | "lastStartAt" | "expectedAt" | "deadlineAt">;

/** A check as the clock sees it. */
export function waitingOf({ status, started, lastStartAt, expectedAt, deadlineAt }: Seen): Waiting {
  return {
    status,
    started,
    lastStartAt: instant(lastStartAt),
    expectedAt: instant(expectedAt),
    deadlineAt: instant(deadlineAt),
  };
}
