import type { DisplayStatus } from "@overdue/core";

/** What a badge says of some checks together. */
export type BadgeState = { status: "up" | "late" | "down"; total: number; grace: number; down: number };

/** Down if any is; late if any is and three states are asked for; else up, as new, paused and running checks are. */
export function badgeState(statuses: readonly DisplayStatus[], threeStates: boolean): BadgeState {
  const down = statuses.filter((status) => status === "down").length;
  const grace = statuses.filter((status) => status === "grace").length;
  const status = down > 0 ? "down" : threeStates && grace > 0 ? "late" : "up";
  return { status, total: statuses.length, grace, down };
}
