import type { DisplayStatus } from "@overdue/core";

import { instant } from "../time/zones.ts";
import { checkName } from "@overdue/core";
import type { CheckView } from "./check-queries.ts";
import { STATUS_ORDER, statusAt, checkTiming } from "./status.ts";

/** Which checks to show and in what order. A check must match every part that is given, and every tag. */
export type Selection = {
  q?: string | undefined;
  tag?: readonly string[] | undefined;
  status?: DisplayStatus | undefined;
  sort?: "name" | "next" | undefined;
};

/** The checks of a selection; without a sort, those that need a person come first. */
export function selectChecks(checks: readonly CheckView[], selection: Selection, now: number): CheckView[] {
  return checks
    .filter((check) => matches(check, selection, now))
    .toSorted((a, b) => compare(a, b, { by: selection.sort ?? "attention", now }));
}

/** How many checks have each status at `now`. */
export function countByStatus(checks: readonly CheckView[], now: number): ReadonlyMap<DisplayStatus, number> {
  const counts = new Map<DisplayStatus, number>(STATUS_ORDER.map((status) => [status, 0]));
  for (const check of checks) {
    const status = statusAt(checkTiming(check), now);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

/** Every tag in use, in alphabetical order. */
export function collectTags(checks: readonly Pick<CheckView, "tags">[]): string[] {
  return [...new Set(checks.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b));
}

function matches(check: CheckView, { q = "", tag = [], status }: Selection, now: number): boolean {
  const text = [check.name, check.slug, check.description, ...check.tags].join("\n").toLowerCase();
  return (
    q
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word)) &&
    tag.every((wanted) => check.tags.includes(wanted)) &&
    (status === undefined || statusAt(checkTiming(check), now) === status)
  );
}

type Order = { by: "attention" | "name" | "next"; now: number };

function compare(a: CheckView, b: CheckView, { by, now }: Order): number {
  const byName = checkName(a).localeCompare(checkName(b), "en", { numeric: true });
  switch (by) {
    case "name":
      return byName;
    case "next":
      return nextAt(a) - nextAt(b) || byName;
    case "attention":
      return rank(a, now) - rank(b, now) || byName;
  }
}

function nextAt({ expectedAt }: CheckView): number {
  return instant(expectedAt) ?? Number.MAX_SAFE_INTEGER;
}

function rank(check: CheckView, now: number): number {
  return STATUS_ORDER.indexOf(statusAt(checkTiming(check), now));
}
