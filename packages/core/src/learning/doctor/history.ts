import { DAY_MS, HOUR_MS, type Instant, nextAfter, type Schedule } from "@overdue/schedules";

const SLOTS_MAX = 2000;
const ARRIVALS_MAX = 200;

/** One run as its pings reported it; of some there is only the beginning or the end. */
export type SeenRun = { startedAt: Instant | null; endedAt: Instant | null };

/** What the doctor looks at. */
export type History = {
  schedule: Schedule;
  /** When each run came, by its start if that was reported: rising, at most 200. */
  arrivals: readonly Instant[];
  /** The slots from before the first arrival to after the last, at most 2,000: rising. */
  slots: readonly Instant[];
};

/** Finds the arrivals of runs, and the slots around them; an interval has none, since it counts from the pings themselves. */
export function historyOf(schedule: Schedule, runs: readonly SeenRun[]): History {
  const instants = runs.flatMap(({ startedAt, endedAt }) => startedAt ?? endedAt ?? []);
  const arrivals = instants.toSorted((one, other) => one - other).slice(-ARRIVALS_MAX);
  return { schedule, arrivals, slots: schedule.kind === "interval" ? [] : slotsAround(schedule, arrivals) };
}

/** How far each arrival lies from the nearest slot; positive: after it. Arrivals after the last slot are left out. */
export function offsetsOf({ arrivals, slots }: History): { at: Instant; offsetMs: number }[] {
  let index = 0;
  const end = slots.at(-1) ?? -Infinity;
  return arrivals
    .filter((at) => at <= end)
    .map((at) => {
      while (index + 1 < slots.length && distance(slots[index + 1], at) <= distance(slots[index], at))
        index += 1;
      return { at, offsetMs: at - (slots[index] ?? at) };
    });
}

/** How many arrivals fell into each slot that had any: from the slot to the next one. */
export function arrivalsPerSlot({ arrivals, slots }: History): number[] {
  const counts = new Map<number, number>();
  let index = 0;
  for (const at of arrivals) {
    if (at > (slots.at(-1) ?? -Infinity)) break;
    while (index + 1 < slots.length && (slots[index + 1] ?? Infinity) <= at) index += 1;
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return [...counts.values()];
}

/** The distances from each to the next. */
export function gapsOf(instants: readonly Instant[]): number[] {
  return instants.slice(1).map((at, index) => at - (instants[index] ?? at));
}

/** The slots of the arrivals' span, at most 2,000. */
export function slotsAround(schedule: Schedule, arrivals: readonly Instant[]): Instant[] {
  const [first, last] = [arrivals[0], arrivals.at(-1)];
  if (first === undefined || last === undefined) return [];
  const before = slotBefore(schedule, first);
  const slots: Instant[] = [];
  for (let at = before; at !== null && slots.length < SLOTS_MAX; at = nextAfter(schedule, at)) {
    slots.push(at);
    if (at > last) break;
  }
  return slots;
}

/** A slot before `at`, not the latest one necessarily; the first after it where there is none in four years. */
function slotBefore(schedule: Schedule, at: Instant): Instant | null {
  for (let back = HOUR_MS; back < 4 * 366 * DAY_MS; back *= 2) {
    const slot = nextAfter(schedule, at - back);
    if (slot !== null && slot < at) return slot;
  }
  return nextAfter(schedule, at);
}

function distance(slot: Instant | undefined, at: Instant): number {
  return slot === undefined ? Infinity : Math.abs(slot - at);
}
