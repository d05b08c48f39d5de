import type { CheckFigures } from "./report-queries.ts";

/** The columns by which the table of checks can be sorted. */
export const ORDERS = [
  "name",
  "uptime",
  "missed",
  "late",
  "failed",
  "downs",
  "meanMs",
  "longestMs",
  "acknowledgeMs",
  "recoverMs",
] as const;
export type Order = (typeof ORDERS)[number];

export const ORDER_LABELS: Record<Order, string> = {
  name: "Check",
  uptime: "Uptime",
  missed: "Missed",
  late: "Late",
  failed: "Failed",
  downs: "Went down",
  meanMs: "Mean run",
  longestMs: "Longest run",
  acknowledgeMs: "To acknowledge",
  recoverMs: "To recover",
};

/** Reads the order in an address: the column, and whether it is reversed. The default is by uptime. */
export function readOrder(sort: string | undefined): { by: Order; isReversed: boolean } {
  const isReversed = sort?.startsWith("-") ?? false;
  const name = isReversed ? sort?.slice(1) : sort;
  return { by: ORDERS.find((known) => known === name) ?? "uptime", isReversed };
}

/** The order for the address after a click on a column's head. A second click reverses it. */
export function nextOrder(current: ReturnType<typeof readOrder>, by: Order): string {
  return current.by === by && !current.isReversed ? `-${by}` : by;
}

const NAME_ORDER = new Intl.Collator("en", { numeric: true });

/**
 * Sorts checks, the worst first: the lowest uptime, or the highest of another figure; names alphabetically. Checks
 * without the figure come last, even if the order is reversed.
 */
export function orderChecks(
  checks: readonly CheckFigures[],
  { by, isReversed }: ReturnType<typeof readOrder>,
): CheckFigures[] {
  const sign = isReversed ? -1 : 1;
  if (by === "name") return checks.toSorted((a, b) => sign * NAME_ORDER.compare(a.name, b.name));
  const rank = (check: CheckFigures) => {
    const value = check[by];
    return value === null ? Number.POSITIVE_INFINITY : sign * (by === "uptime" ? value : -value);
  };
  return checks
    .map((check) => ({ check, rank: rank(check) }))
    .toSorted(
      (a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank) || NAME_ORDER.compare(a.check.name, b.check.name),
    )
    .map(({ check }) => check);
}
