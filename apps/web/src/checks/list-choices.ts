import type { DisplayStatus } from "@overdue/core";
import type { CheckOverview } from "./check-queries.ts";

// In a file of their own, so that the router, which every page loads, does not load the list.

export const SORTS = ["name", "next", "last", "slowest"] as const;
export type Sort = (typeof SORTS)[number];
export const GROUPINGS = ["tag", "status", "host"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A filter of the list: a status, or "running" for checks with an open run. */
export type StatusFilter = DisplayStatus | "running";

/** The filters in the order in which they are shown. A check counts as "running" in addition to its status. */
export const STATUS_FILTERS: readonly StatusFilter[] = ["down", "grace", "running", "new", "up", "paused"];

/** Every tag in use, in alphabetical order. */
export function collectTags(checks: readonly Pick<CheckOverview, "tags">[]): string[] {
  return [...new Set(checks.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b));
}
