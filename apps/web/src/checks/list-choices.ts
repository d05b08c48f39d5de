import type { DisplayStatus } from "@overdue/core";
import type { CheckOverview } from "./check-queries.ts";

// Apart from the list itself, since the router of every page reads most of them in an address.

export const SORTS = ["name", "next", "last", "slowest"] as const;
export type Sort = (typeof SORTS)[number];
export const GROUPINGS = ["tag", "status", "host"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What a list can be narrowed to: a status, or checks with an open run. */
export type StatusFilter = DisplayStatus | "running";

/** The filters in the order of a list; "running" is a fact beside the status, and is counted besides it. */
export const STATUS_FILTERS: readonly StatusFilter[] = ["down", "grace", "running", "new", "up", "paused"];

/** Every tag in use, in alphabetical order. */
export function collectTags(checks: readonly Pick<CheckOverview, "tags">[]): string[] {
  return [...new Set(checks.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b));
}
