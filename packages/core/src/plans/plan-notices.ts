import type { Instant } from "@overdue/schedules";

import { type CountedLimit, limitState, type Plan } from "./plan.ts";

/** How near an organization was to a limit when its owners were last notified; `level` null: it no longer is. */
export type PlanNotice = {
  level: "near" | "reached" | null;
  nearMailedAt: Instant | null;
  reachedMailedAt: Instant | null;
};

export const NO_NOTICE: PlanNotice = { level: null, nearMailedAt: null, reachedMailedAt: null };

/** Below these parts of a limit it counts as left, so that a number that goes up and down at it is one crossing. */
const LEAVES_NEAR = 0.7;
const LEAVES_REACHED = 0.9;

/**
 * What is to be remembered of a limit, and which mail is to be sent: one when it comes near, one when it is reached, each once
 * in a calendar month (UTC) at the most, and neither again while the number stays there. `monthBegan`: when the month of `now`
 * began. `mail` null: none.
 */
export function noteLimit(
  before: PlanNotice,
  { used, allowed, now, monthBegan }: { used: number; allowed: number; now: Instant; monthBegan: Instant },
): { notice: PlanNotice; mail: "near" | "reached" | null } {
  const level = levelAfter(before.level, used, allowed);
  const rises = level !== null && level !== before.level && before.level !== "reached";
  const mail = rises && !isMailed(before, level, monthBegan) ? level : null;
  return {
    notice: {
      level,
      nearMailedAt: mail === null ? before.nearMailedAt : now,
      reachedMailedAt: mail === "reached" ? now : before.reachedMailedAt,
    },
    mail,
  };
}

function levelAfter(before: PlanNotice["level"], used: number, allowed: number): PlanNotice["level"] {
  const state = limitState(used, allowed);
  if (state === "reached" || state === "over") return "reached";
  if (before === "reached" && used >= allowed * LEAVES_REACHED) return "reached";
  if (state === "near" || (before !== null && used >= allowed * LEAVES_NEAR)) return "near";
  return null;
}

function isMailed(before: PlanNotice, level: "near" | "reached", monthBegan: Instant): boolean {
  const at = level === "near" ? before.nearMailedAt : before.reachedMailedAt;
  return at !== null && at >= monthBegan;
}

/** The limits of a plan that are some, with their numbers. */
export function limitsOf<L extends CountedLimit>(
  plan: Plan,
  limits: readonly L[],
): { limit: L; allowed: number }[] {
  return limits.flatMap((limit) => {
    const allowed = plan[limit];
    return allowed === null ? [] : [{ limit, allowed }];
  });
}
