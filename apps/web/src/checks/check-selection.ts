import { SEVERITIES, durationText } from "@overdue/core";

import { instant } from "../time/zones.ts";
import type { CheckOverview } from "./check-queries.ts";
import { type Grouping, type Sort, STATUS_FILTERS, type StatusFilter } from "./list-choices.ts";
import { STATUS_LABELS, STATUS_ORDER, statusAt, checkTiming } from "./status.ts";

/** Which checks to show and in what order. A check must match every part that is given, and every tag. */
export type Selection = {
  q?: string | undefined;
  tag?: readonly string[] | undefined;
  status?: StatusFilter | undefined;
  sort?: Sort | undefined;
  group?: Grouping | undefined;
};

/** A row of the list: a check, or the heading of a group of them. */
export type ListRow =
  | { kind: "check"; check: CheckOverview }
  | { kind: "group"; label: string; count: number };

export const FILTER_LABELS: Record<StatusFilter, string> = { ...STATUS_LABELS, running: "Running" };

/** The checks of a selection, sorted; without a chosen order, those that need attention come first. */
export function selectChecks(
  checks: readonly CheckOverview[],
  selection: Selection,
  now: number,
): CheckOverview[] {
  // A new name changes the ranks of all names, so every name is looked up before any rank is used.
  checks.forEach(({ name }) => nameRank(name, checks));
  // The key is computed once for each check, not once for each comparison.
  const keyed = checks
    .filter((check) => matches(check, selection, now))
    .map((check) => ({
      check,
      key: sortKey(check, selection.sort ?? "attention", now),
      rank: nameRank(check.name, checks),
    }));
  return keyed.toSorted((a, b) => a.key - b.key || a.rank - b.rank).map(({ check }) => check);
}

/** The checks as rows, under the headings of their groups. A check with several tags is listed under its first one. */
export function groupChecks(
  checks: readonly CheckOverview[],
  by: Grouping | undefined,
  now: number,
): ListRow[] {
  const rows = (members: readonly CheckOverview[]) =>
    members.map((check): ListRow => ({ kind: "check", check }));
  if (by === undefined) return rows(checks);
  const groups = Map.groupBy(checks, (check) => groupLabel(check, by, now));
  const labels =
    by === "status" ? STATUS_ORDER.map((status) => STATUS_LABELS[status]) : sortLabels(groups, NO_GROUP[by]);
  return labels.flatMap((label) => {
    const members = groups.get(label) ?? [];
    return members.length === 0
      ? []
      : [{ kind: "group" as const, label, count: members.length }, ...rows(members)];
  });
}

/** The headings for checks without a tag, or without a host. */
const NO_GROUP = { tag: "Without a tag", host: "Host not known" };

function groupLabel(check: CheckOverview, by: Grouping, now: number): string {
  if (by === "status") return STATUS_LABELS[statusAt(checkTiming(check), now)];
  return (by === "tag" ? check.tags[0] : check.host) ?? NO_GROUP[by];
}

/** The labels of the groups by name, with `last` at the end. */
function sortLabels(groups: ReadonlyMap<string, unknown>, last: string): string[] {
  const names = [...groups.keys()].filter((label) => label !== last).toSorted(NAME_ORDER.compare);
  return [...names, last];
}

const NAME_ORDER = new Intl.Collator("en", { numeric: true });
let ranks = new Map<string, number>();

/** The position of a name among all names in alphabetical order. Comparing names is slow, so their order is kept. */
function nameRank(name: string, checks: readonly CheckOverview[]): number {
  const known = ranks.get(name);
  if (known !== undefined) return known;
  const names = [...new Set(checks.map((check) => check.name))].toSorted(NAME_ORDER.compare);
  ranks = new Map(names.map((one, index) => [one, index]));
  return ranks.get(name) ?? 0;
}

/** How many checks each status filter would show within a selection, whichever of them is chosen now. */
export function countByFilter(
  checks: readonly CheckOverview[],
  selection: Selection,
  now: number,
): ReadonlyMap<StatusFilter | "all", number> {
  const shown = checks.filter((check) => matches(check, { ...selection, status: undefined }, now));
  const counts = new Map<StatusFilter | "all", number>(STATUS_FILTERS.map((filter) => [filter, 0]));
  const count = (filter: StatusFilter) => counts.set(filter, (counts.get(filter) ?? 0) + 1);
  for (const check of shown) {
    count(statusAt(checkTiming(check), now));
    if (check.runningSince !== undefined) count("running");
  }
  return counts.set("all", shown.length);
}

/** The state of all checks: how many are in each status, and which check is due next. */
export type Summary = {
  fine: number;
  down: number;
  /** How many of the checks that are down nobody has acknowledged. */
  unacknowledged: number;
  late: number;
  running: number;
  waiting: number;
  paused: number;
  next: { name: string; text: string } | null;
};

/** Computes what the sentence above the list says. */
export function summarise(checks: readonly CheckOverview[], now: number): Summary {
  const counts = countByFilter(checks, {}, now);
  const count = (filter: StatusFilter) => counts.get(filter) ?? 0;
  return {
    fine: count("up"),
    down: count("down"),
    unacknowledged: checks.filter(
      ({ status, incident }) => status === "down" && incident?.acknowledged !== true,
    ).length,
    late: count("grace"),
    running: count("running"),
    waiting: count("new"),
    paused: count("paused"),
    next: nextDue(checks, now),
  };
}

function nextDue(checks: readonly CheckOverview[], now: number): Summary["next"] {
  let next: { name: string; at: number } | null = null;
  for (const { name, status, expectedAt } of checks) {
    const at = status === "up" ? instant(expectedAt ?? null) : null;
    if (at !== null && at > now && (next === null || at < next.at)) next = { name, at };
  }
  if (next === null) return null;
  const ms = next.at - now;
  return {
    name: next.name,
    text: ms < 60_000 ? "in under a minute" : `in ${durationText(floorMinutes(ms))}`,
  };
}

function floorMinutes(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}

function matches(check: CheckOverview, { q = "", tag = [], status }: Selection, now: number): boolean {
  return (
    matchesText(check, q) &&
    tag.every((wanted) => check.tags.includes(wanted)) &&
    (status === undefined || hasStatus(check, status, now))
  );
}

function matchesText({ name, slug = "", description = "", tags }: CheckOverview, q: string): boolean {
  if (q === "") return true;
  const text = [name, slug, description, ...tags].join("\n").toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function hasStatus(check: CheckOverview, filter: StatusFilter, now: number): boolean {
  if (filter === "running") return check.runningSince !== undefined;
  return statusAt(checkTiming(check), now) === filter;
}

function sortKey(check: CheckOverview, by: "attention" | Sort, now: number): number {
  switch (by) {
    case "name":
      return 0;
    case "next":
      return instant(check.expectedAt ?? null) ?? Number.MAX_SAFE_INTEGER;
    case "last":
      return instant(check.lastHeardAt ?? null) ?? 0;
    case "slowest":
      return -(check.usualMs ?? 0);
    case "attention":
      return attentionKey(check, now);
  }
}

// Larger than any instant in milliseconds, so that the rank always decides before the age.
const RANK_STEP = 1e13;

/**
 * Sorts by how much a check needs attention: first those that are down and not acknowledged or snoozed, critical before
 * warning before info; then the others that are down; within each rank, the longest down first. Then late, new, up and
 * paused.
 */
function attentionKey(check: CheckOverview, now: number): number {
  const status = statusAt(checkTiming(check), now);
  const { incident, severity } = check;
  if (status !== "down") return RANK_STEP * (10 + STATUS_ORDER.indexOf(status));
  const isHandled = incident?.acknowledged === true || isSnoozed(check, now);
  const rank = (isHandled ? 3 : 0) + SEVERITIES.toReversed().indexOf(severity);
  return RANK_STEP * rank + (incident === undefined ? now : instant(incident.openedAt));
}

function isSnoozed({ incident }: CheckOverview, now: number): boolean {
  const until = incident?.snoozedUntil;
  return until !== undefined && (until === "recovery" || instant(until) > now);
}
