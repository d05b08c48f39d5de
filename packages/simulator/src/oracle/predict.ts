import { nextAfter } from "@overdue/schedules";
import { type Run } from "@overdue/core";
import type { History } from "../history/history.ts";
import { lastInstant } from "../world/live.ts";
import type { Prediction } from "./differences.ts";
import type { Book } from "./book.ts";
import { factsOf, type KnownRun } from "./moments.ts";
import { evaluateMoments } from "./evaluate.ts";
import { receivePing } from "./runs.ts";

/** What ought to be in the database at the end. */
export function predict(history: History): Prediction {
  const { settings, faults } = history;
  const horizon = lastInstant(history);
  const heard = receivePing(factsOf(history), { outages: faults.outages, settings, horizon });
  const { flips, slots } = evaluateMoments(emptyBook(history), heard.moments, horizon);
  return { flips, slots, runs: new Map(heard.runs.map((run) => [run.id, stored(run)])), notes: heard.notes };
}

function emptyBook({ settings, faults, begin }: History): Book {
  const slotAt = settings.alertBeforeFirstPing ? nextAfter(settings.schedule, begin) : null;
  return {
    settings,
    outages: faults.outages,
    status: "new",
    flips: [],
    slots: new Map(),
    slotAt,
    last: null,
    final: new Set(),
    lastEndAt: null,
    isStarted: false,
    countsFrom: begin,
    sinceUp: new Map(),
    goodInARow: 0,
    turn: 0,
    burst: { turn: null, at: [] },
    hosts: new Map(),
    open: new Set(),
    unmet: { slots: [], until: Infinity },
    shared: { dues: [], until: 0 },
  };
}

function stored(known: KnownRun): Run {
  const {
    digest: _digest,
    limitFrom: _limitFrom,
    slotDueAt: _slotDueAt,
    lateStartAt: _lateStartAt,
    ...run
  } = known;
  return run;
}
