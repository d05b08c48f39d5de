import { HOUR_MS, MINUTE_MS } from "@overdue/schedules";
import type { Problem } from "./day-choices.ts";
import { listRuns } from "./day-picture.ts";
import type { Activity, CheckActivity } from "./day-queries.ts";

/** The activity of one check in a span, in figures. */
export type RowSums = Record<Problem, number> & {
  runs: number;
  longestMs: number | null;
  /** When the first run or slot began, and when the next run is expected, in milliseconds after the span's beginning. */
  firstAt: number | null;
  nextAt: number | null;
};

/** Sums up one check. `now`: in milliseconds after the beginning of the span. */
export function sumRow(check: CheckActivity, now: number): RowSums {
  const runs = listRuns({ check, now });
  const slots = check.slots.map(([, kind]) => kind);
  const parts = check.parts ?? [];
  const total = (place: 2 | 3 | 4) => parts.reduce((sum, part) => sum + part[place], 0);
  const countParts = (kind: string) => parts.filter((part) => part[1] === kind).length;
  const lengths = runs
    .filter(({ hasStart, kind }) => hasStart && kind !== "lost")
    .map(({ start, end }) => end - start);
  return {
    runs: runs.length + total(2) - total(4),
    failed: runs.filter(({ kind }) => kind === "failed").length + total(3),
    missed: slots.filter((kind) => kind === "missed").length + total(4),
    late: slots.filter((kind) => kind === "late").length + countParts("late"),
    overlong: runs.filter(({ kind }) => kind === "overlong").length + countParts("overlong"),
    overlap: countOverlaps(runs),
    longestMs: lengths.length === 0 ? null : Math.max(...lengths),
    firstAt: runs[0]?.start ?? check.slots[0]?.[0] ?? check.upcoming[0] ?? null,
    nextAt: check.upcoming[0] ?? null,
  };
}

/** How many runs began while another run of the same check was open. `runs`: in the order of their start. */
export function countOverlaps(runs: readonly { start: number; end: number }[]): number {
  let latestEnd = Number.NEGATIVE_INFINITY;
  let overlaps = 0;
  for (const { start, end } of runs) {
    if (start < latestEnd) overlaps += 1;
    latestEnd = Math.max(latestEnd, end);
  }
  return overlaps;
}

/** The runs in one part of a span: how many are open, how many more are expected, and names of some of their checks. */
export type Load = { runs: number; expected: number; names: string[] };

const NAMES_MAX = 3;

/** Counts the runs of all checks in each part of a span of `ms`. `now`: ms after the beginning of the span. */
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
    if (load.names.length < NAMES_MAX && !load.names.includes(name)) load.names.push(name);
  };
  for (const check of items) {
    for (const { start, end } of listRuns({ check, now }))
      for (let index = Math.floor(start / partMs); index <= Math.floor(end / partMs); index += 1)
        add(index, check.name, { runs: 1 });
    for (const [index, , count] of check.parts ?? []) add(index, check.name, { runs: count });
    for (const at of expectedTimes(check, ms)) add(Math.floor(at / partMs), check.name, { expected: 1 });
  }
  return loads;
}

/** The expected times; if the server cut the list, it is continued to the end of the span at the same distance. */
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

/** How many expected times lie in the first minute of an hour (UTC). `from`: the beginning of the span. */
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
