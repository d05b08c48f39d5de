import { type Instant, type Schedule, ScheduleError, SECOND_MS, timesAfter } from "@overdue/schedules";

import type { OpenRun } from "../checks/memory.ts";
import { type MarkKind, type SlotRecord, slotKind } from "../strip/mark.ts";

/** A span of time, from `from` up to but not including `until`. */
type Within = { from: Instant; until: Instant };

/** A slot as stored, with the run that settled it. */
export type StoredSlot = Pick<SlotRecord, "dueAt" | "outcome" | "lateMs"> & { runId: string | null };

/** A run as stored. `startedAt` is null if only its end was received, `endedAt` while it is open. */
export type StoredRun = {
  id: string;
  startedAt: Instant | null;
  endedAt: Instant | null;
  outcome: "running" | "success" | "fail" | "lost";
  overlong: boolean;
  exitStatus: number | null;
};

/** `lost`: a run that began but whose end never came. */
export type RunKind = MarkKind | "lost";

/** What a check did in a span, ready to be drawn. */
export type Activity = {
  slots: { dueAt: Instant; kind: MarkKind; lateMs: number | null }[];
  runs: { startedAt: Instant | null; endedAt: Instant | null; kind: RunKind; exitStatus: number | null }[];
};

/**
 * Gives each slot and each run of a span the kind that it is drawn as. A run takes the kind of the slot that it settled, so
 * that a late run has the colour of lateness. `open` are the runs still open; those that began before `until` are included.
 */
export function buildActivity(
  slots: readonly StoredSlot[],
  runs: readonly StoredRun[],
  { open, until }: { open: readonly OpenRun[]; until: Instant },
): Activity {
  const all = [
    ...runs,
    ...open.filter(({ startedAt }) => startedAt < until).map((run) => openRun(run)),
  ].toSorted((one, other) => runBegin(one) - runBegin(other));
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

function runBegin({ startedAt, endedAt }: StoredRun): Instant {
  return startedAt ?? endedAt ?? 0;
}

function runKind({ outcome, overlong }: StoredRun, kindOfSlot: MarkKind | undefined): RunKind {
  if (outcome === "fail") return "failed";
  if (outcome === "lost") return "lost";
  if (overlong) return "overlong";
  if (outcome === "running") return "running";
  return kindOfSlot === "late" ? "late" : "on-time";
}

/** Times at which a check will be due. `isCut`: there were more than the limit, so `times` holds only the first ones. */
export type Upcoming = { times: Instant[]; isCut: boolean };

/**
 * The times in a span, from `now` on, at which a check is expected; at most `limit`. `expectedAt` is the time that the
 * check waits for, which may have passed already; null if it waits for none, as while it is paused.
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
    // The rules of some schedulers throw when a schedule has no further time: the times found so far are all.
    if (!(error instanceof ScheduleError)) throw error;
  }
  return { times, isCut: false };
}

/** The expected times from `from` on: `expectedAt` itself, and those that follow it. */
function* expectedFrom(schedule: Schedule, expectedAt: Instant, from: Instant): Iterable<Instant> {
  if (expectedAt >= from) yield expectedAt;
  if (schedule.kind === "interval") {
    const step = schedule.everySeconds * SECOND_MS;
    const skipped = Math.max(1, Math.ceil((from - expectedAt) / step));
    for (let at = expectedAt + skipped * step; ; at += step) yield at;
  }
  yield* timesAfter(schedule, Math.max(expectedAt, from - 1));
}
