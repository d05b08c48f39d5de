import { HOUR_MS, MINUTE_MS } from "@overdue/schedules";
import type { Problem } from "./day-choices.ts";
import { runsOf } from "./day-picture.ts";
import type { Activity, CheckActivity } from "./day-queries.ts";

/** What one check did in a span, in figures. Durations are milliseconds. */
export type RowSums = Record<Problem, number> & {
  runs: number;
  longestMs: number | null;
  /** The first and the next expected time from now on, in milliseconds after the beginning of the span. */
  firstAt: number | null;
  nextAt: number | null;
};

/** `now`: in milliseconds after the beginning of the span. */
export function sumRow(check: CheckActivity, now: number): RowSums {
  const runs = runsOf({ check, now });
  const slots = check.slots.map(([, kind]) => kind);
  const parts = check.parts ?? [];
  const total = (place: 2 | 3 | 4) => parts.reduce((sum, part) => sum + part[place], 0);
  const ofPart = (kind: string) => parts.filter((part) => part[1] === kind).length;
  const lengths = runs
    .filter(({ hasStart, kind }) => hasStart && kind !== "lost")
    .map(({ start, end }) => end - start);
  return {
    runs: runs.length + total(2) - total(4),
    failed: runs.filter(({ kind }) => kind === "failed").length + total(3),
    missed: slots.filter((kind) => kind === "missed").length + total(4),
    late: slots.filter((kind) => kind === "late").length + ofPart("late"),
    overlong: runs.filter(({ kind }) => kind === "overlong").length + ofPart("overlong"),
    overlap: countOverlaps(runs),
    longestMs: lengths.length === 0 ? null : Math.max(...lengths),
    firstAt: runs[0]?.start ?? check.slots[0]?.[0] ?? check.upcoming[0] ?? null,
    nextAt: check.upcoming[0] ?? null,
  };
}

/** How many runs began while another of the same check went on. `runs` are in the order of their begin. */
export function countOverlaps(runs: readonly { start: number; end: number }[]): number {
  let latestEnd = Number.NEGATIVE_INFINITY;
  let overlaps = 0;
  for (const { start, end } of runs) {
    if (start < latestEnd) overlaps += 1;
    latestEnd = Math.max(latestEnd, end);
  }
  return overlaps;
}

/** What is at work in one part of a span: how many runs, how many of them are only expected, and whose they are. */
export type Load = { runs: number; expected: number; names: string[] };

const NAMES_KEPT = 3;

/** How many runs go on in each part of the span, over all checks: what piles up at the full hour. */
export function loadByPart(
  { items, partMs }: Pick<Activity, "items" | "partMs">,
  ms: number,
  now: number,
): Load[] {
  const loads: Load[] = Array.from({ length: Math.ceil(ms / partMs) }, () => ({
    runs: 0,
    expected: 0,
    names: [],
  }));
  const add = (index: number, name: string, more: { runs?: number; expected?: number }) => {
    const load = loads[index];
    if (load === undefined) return;
    load.runs += more.runs ?? 0;
    load.expected += more.expected ?? 0;
    if (load.names.length < NAMES_KEPT && !load.names.includes(name)) load.names.push(name);
  };
  for (const check of items) {
    for (const { start, end } of runsOf({ check, now }))
      for (let index = Math.floor(start / partMs); index <= Math.floor(end / partMs); index += 1)
        add(index, check.name, { runs: 1 });
    for (const [index, , count] of check.parts ?? []) add(index, check.name, { runs: count });
    for (const at of expectedTimes(check, ms)) add(Math.floor(at / partMs), check.name, { expected: 1 });
  }
  return loads;
}

/** The listed times, and where they are cut, as many more at the same distance. */
function expectedTimes({ upcoming, upcomingCut }: CheckActivity, ms: number): number[] {
  const [first, last] = [upcoming[0], upcoming.at(-1)];
  if (upcomingCut !== true || first === undefined || last === undefined) return upcoming;
  const step = Math.max(1_000, (last - first) / (upcoming.length - 1));
  const more = Array.from(
    { length: Math.floor((ms - last) / step) },
    (_, index) => last + (index + 1) * step,
  );
  return [...upcoming, ...more];
}

/** How many of the expected times lie in the first minute of an hour. `from`: the beginning of the span. */
export function atFullHour(items: readonly CheckActivity[], from: number): { atFull: number; all: number } {
  const times = items.flatMap(({ slots, upcoming }) => [...slots.map(([at]) => at), ...upcoming]);
  const atFull = times.filter((at) => (((from + at) % HOUR_MS) + HOUR_MS) % HOUR_MS < MINUTE_MS);
  return { atFull: atFull.length, all: times.length };
}

/** Which rows are shown, and in which order. */
export type RowSelection = {
  q?: string | undefined;
  tag?: string | undefined;
  only?: Problem | undefined;
  sort?: "time" | undefined;
};

/** A row with its sums. */
export type Row = { check: CheckActivity; sums: RowSums };

export function selectRows(rows: readonly Row[], { q = "", tag, only, sort }: RowSelection): Row[] {
  const wanted = q.trim().toLowerCase();
  const last = Number.POSITIVE_INFINITY;
  return rows
    .filter(
      ({ check, sums }) =>
        check.name.toLowerCase().includes(wanted) &&
        (tag === undefined || check.tags.includes(tag)) &&
        (only === undefined || sums[only] > 0),
    )
    .toSorted((one, other) =>
      sort === "time" && one.sums.firstAt !== other.sums.firstAt
        ? (one.sums.firstAt ?? last) - (other.sums.firstAt ?? last)
        : one.check.name.localeCompare(other.check.name),
    );
}
