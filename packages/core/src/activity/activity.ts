import { type Instant, type Schedule, ScheduleError, SECOND_MS, timesAfter } from "@overdue/schedules";

import type { OpenRun } from "../checks/memory.ts";
import { type MarkKind, type SlotRecord, slotKind } from "../strip/mark.ts";

/** A span of time; `until` does not belong to it. */
type Within = { from: Instant; until: Instant };

/** A slot as stored, with the run that it was settled by. */
export type StoredSlot = Pick<SlotRecord, "dueAt" | "outcome" | "lateMs"> & { runId: string | null };

/** A run as stored. `startedAt` is null where only its end was heard, `endedAt` while it is open. */
export type StoredRun = {
  id: string;
  startedAt: Instant | null;
  endedAt: Instant | null;
  outcome: "running" | "success" | "fail" | "lost";
  overlong: boolean;
  exitStatus: number | null;
};

/** `lost`: a run that began, and whose end never came. */
export type RunKind = MarkKind | "lost";

/** What a check did in a span, as a picture shows it. */
export type Activity = {
  slots: { dueAt: Instant; kind: MarkKind; lateMs: number | null }[];
  runs: { startedAt: Instant | null; endedAt: Instant | null; kind: RunKind; exitStatus: number | null }[];
};

/**
 * Each slot and each run of a span with the mark that stands for it. A run is drawn as the slot that it settled, so that
 * a late one has the colour of lateness; `open` are the runs that go on, which count where they began before `until`.
 */
export function activityOf(
  slots: readonly StoredSlot[],
  runs: readonly StoredRun[],
  { open, until }: { open: readonly OpenRun[]; until: Instant },
): Activity {
  const all = [
    ...runs,
    ...open.filter(({ startedAt }) => startedAt < until).map((run) => openRun(run)),
  ].toSorted((one, other) => beginOf(one) - beginOf(other));
  const byId = new Map(all.map((run) => [run.id, run]));
  const kinds = new Map<string, MarkKind>();
  const drawn = slots.map(({ dueAt, outcome, lateMs, runId }) => {
    const run = runId === null ? undefined : byId.get(runId);
    const kind = slotKind({
      outcome,
      overlong: run?.overlong ?? false,
      isRunning: run?.outcome === "running",
    });
    if (runId !== null && (kind === "late" || kind === "failed")) kinds.set(runId, kind);
    return { dueAt, kind, lateMs };
  });
  return {
    slots: drawn,
    runs: all.map((run) => ({
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      kind: runKind(run, kinds.get(run.id)),
      exitStatus: run.exitStatus,
    })),
  };
}

function openRun({ id, startedAt, firstStartAt, overlong }: OpenRun): StoredRun {
  const run = { id, startedAt: firstStartAt ?? startedAt, endedAt: null, exitStatus: null };
  return { ...run, outcome: "running", overlong };
}

function beginOf({ startedAt, endedAt }: StoredRun): Instant {
  return startedAt ?? endedAt ?? 0;
}

function runKind({ outcome, overlong }: StoredRun, ofSlot: MarkKind | undefined): RunKind {
  if (outcome === "fail") return "failed";
  if (outcome === "lost") return "lost";
  if (overlong) return "overlong";
  if (outcome === "running") return "running";
  return ofSlot === "late" ? "late" : "on-time";
}

/** Times at which a check will be due. `isCut`: there are more than `limit` of them, and only the first are here. */
export type Upcoming = { times: Instant[]; isCut: boolean };

/**
 * The times in a span at which a check is expected from `now` on, at most `limit`. `expectedAt` is the time it waits
 * for, which may have passed already; null: it waits for none, as a paused check does.
 */
export function upcomingSlots(
  { schedule, expectedAt }: { schedule: Schedule; expectedAt: Instant | null },
  { from, until }: Within,
  { now, limit }: { now: Instant; limit: number },
): Upcoming {
  const times: Instant[] = [];
  if (expectedAt === null) return { times, isCut: false };
  try {
    for (const at of expectedFrom(schedule, expectedAt, Math.max(from, Math.min(now, expectedAt)))) {
      if (at >= until) break;
      if (times.length === limit) return { times, isCut: true };
      times.push(at);
    }
  } catch (error) {
    // Some schedulers fail where a schedule has no further time: then what was found is all there is.
    if (!(error instanceof ScheduleError)) throw error;
  }
  return { times, isCut: false };
}

/** The times from `from` on, of which `expectedAt` is the first. */
function* expectedFrom(schedule: Schedule, expectedAt: Instant, from: Instant): Iterable<Instant> {
  if (expectedAt >= from) yield expectedAt;
  if (schedule.kind === "interval") {
    const step = schedule.everySeconds * SECOND_MS;
    const skipped = Math.max(1, Math.ceil((from - expectedAt) / step));
    for (let at = expectedAt + skipped * step; ; at += step) yield at;
  }
  yield* timesAfter(schedule, Math.max(expectedAt, from - 1));
}
