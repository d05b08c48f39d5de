import type { Instant } from "@overdue/schedules";
import type { Pool } from "../database.ts";

import { wakeDependents } from "../incidents/wake-dependents.ts";
import { changeCheck } from "../transitions/index.ts";
import type { CheckRef } from "./find-check.ts";

/** Stops the evaluation of its deadlines until a ping or `resumeCheck`. A paused check stays as it is. @returns whether it was there. */
export async function pauseCheck(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, async ({ id, state }, client) => {
    if (state.status === "paused") return [];
    // A check about to be evaluated may have held others back.
    await wakeDependents(client, [id]);
    return [{ kind: "pause", at }];
  });
  return changed !== null;
}

/** Begins anew, as a check without pings. A check that is not paused stays as it is. @returns whether it was there. */
export async function resumeCheck(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, (check) =>
    check.state.status === "paused" ? [{ kind: "resume", at }] : [],
  );
  return changed !== null;
}

/** Forgets how long its runs took before `at`: the baseline is learnt anew from there. @returns whether it was there. */
export async function resetBaseline(pool: Pool, ref: CheckRef, at: Instant): Promise<boolean> {
  const changed = await changeCheck(pool, ref, () => [{ kind: "baseline-reset", at }]);
  return changed !== null;
}
