import { isDeepStrictEqual } from "node:util";
import type { CheckSettings, Flip, Run, Slot } from "@overdue/core";
import { everyMs, hasWindows, type Instant, isCountedFromStart } from "@overdue/schedules";
import { type Entry, type History, SECOND, SLOW_COMMIT_MS, stampedAt } from "../history/history.ts";
import type { Rows } from "../world/rows.ts";

/** What should be in the database at the end of a history. */
export type Prediction = {
  flips: Verdict[];
  runs: Map<string, Run>;
  slots: Map<Instant, Slot>;
  notes: (string | null)[];
};

/** Sentences on what happened but was not predicted, or the reverse: the first difference of each kind, which causes the rest. */
export function listDifferences(rows: Rows, predicted: Prediction): string[] {
  return [
    ...firstDifferences("flip", listPairs(listVerdicts(rows.flips), predicted.flips)),
    ...firstDifferences(
      "note on a ping",
      listPairs(
        rows.pings.map(({ note }) => note),
        predicted.notes,
      ),
    ),
    ...firstDifferences("run", joinByKey(rows.runs, predicted.runs)),
    ...firstDifferences("slot", joinByKey(rows.slots, predicted.slots)),
  ];
}

type Pair = { happened: unknown; predicted: unknown };

export type Verdict = Omit<Flip, "deadlineSeq">;

/** The flips without the number of their deadline, which the oracle does not count. */
export function listVerdicts(flips: readonly Flip[]): Verdict[] {
  return flips.map(({ at, from, to, reason, alerts }) => ({ at, from, to, reason, alerts }));
}

/** Pairs the items of two lists by their place. */
export function listPairs(happened: readonly unknown[], predicted: readonly unknown[]): Pair[] {
  const longer = happened.length > predicted.length ? happened : predicted;
  return longer.map((_, order) => ({ happened: happened[order], predicted: predicted[order] }));
}

function joinByKey<K>(happened: ReadonlyMap<K, unknown>, predicted: ReadonlyMap<K, unknown>): Pair[] {
  const keys = new Set([...happened.keys(), ...predicted.keys()]);
  return [...keys].map((key) => ({ happened: happened.get(key), predicted: predicted.get(key) }));
}

/** A sentence on the first pair that is not equal, which begins with `what`; empty if all are. */
export function firstDifferences(what: string, all: readonly Pair[]): string[] {
  const wrong = all.find((pair) => !isDeepStrictEqual(pair.happened, pair.predicted));
  if (wrong === undefined) return [];
  return [
    `${what} ${JSON.stringify(wrong.happened) ?? "missing"}, should be ${JSON.stringify(wrong.predicted) ?? "none"}`,
  ];
}

/** How far two clocks and a slow commit may move a verdict that a ping decides. */
const APART_MS = SLOW_COMMIT_MS + 2 * SECOND;

/**
 * Commits that overtake each other must give the same verdicts, if not to the millisecond. Histories in which the order itself
 * decides are left out: two events at one instant, retries, and settings that count pings or hosts in order.
 */
export function comparePredictionLoosely(rows: Rows, predicted: Prediction, history: History): string[] {
  if (orderMatters(history) || predicted.notes.includes("duplicate")) return [];
  const happened = listVerdicts(rows.flips);
  const longer = happened.length > predicted.flips.length ? happened : predicted.flips;
  const wrong = longer.findIndex((_, order) => !isAlike(happened[order], predicted.flips[order]));
  if (wrong < 0) return [];
  const [did, should] = [happened[wrong], predicted.flips[wrong]].map(
    (flip) => JSON.stringify(flip) ?? "none",
  );
  return [`flip, out of order, ${did}, should be about ${should}`];
}

function isAlike(one: Verdict | undefined, other: Verdict | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.to === other.to && one.reason === other.reason && Math.abs(one.at - other.at) <= APART_MS;
}

function orderMatters({ entries, settings }: History): boolean {
  const stamps = entries.map(stampedAt);
  if (isActOutOfOrder(entries)) return true;
  const edits = entries.flatMap(({ event }) => (event.kind === "edit" ? [event.settings] : []));
  const all = [settings, ...edits];
  if (hasEndsOutOfOrder(entries) && all.some(({ schedule }) => hasWindows(schedule))) return true;
  return new Set(stamps).size < stamps.length || all.some(countsInOrder);
}

/** Whether a ping and a pause or resume are stored in another order than they are stamped, and the stored order decides. */
function isActOutOfOrder(entries: readonly Entry[]): boolean {
  let newest = -Infinity;
  let newestAct = -Infinity;
  for (const entry of entries) {
    const at = stampedAt(entry);
    if ((isAct(entry) ? newest : newestAct) >= at) return true;
    newest = Math.max(newest, at);
    if (isAct(entry)) newestAct = Math.max(newestAct, at);
  }
  return false;
}

/** Two ends in one window: only the second to be stored may be the run of a window before (rule 46). */
function hasEndsOutOfOrder(entries: readonly Entry[]): boolean {
  const ends = entries.filter(({ event }) => event.kind === "ping" && event.ping.kind === "success");
  return ends.some((end, order) => stampedAt(end) < stampedAt(ends[order - 1] ?? end));
}

function isAct({ event }: Entry): boolean {
  return event.kind === "pause" || event.kind === "resume";
}

function countsInOrder(settings: CheckSettings): boolean {
  const { schedule, tooOften, hostDuplicates, tolerance, recoverAfter, minRuntimeSeconds, overlap } =
    settings;
  const counts = tooOften !== null || tolerance !== null || recoverAfter > 1;
  // What is counted from a start is counted from the end where that is stored first.
  if (everyMs(schedule) !== null && isCountedFromStart(schedule)) return true;
  return counts || hostDuplicates !== "allow" || overlap !== "allow" || minRuntimeSeconds !== null;
}
