import { nextAfter } from "@overdue/schedules";
import { type Run } from "../../src/index.ts";
import type { History } from "../history/history.ts";
import { horizonOf } from "../world/live.ts";
import type { Foretold } from "./differences.ts";
import type { Book } from "./book.ts";
import { factsOf } from "./facts.ts";
import { judge } from "./judge.ts";
import type { KnownRun } from "./moments.ts";
import { hear } from "./runs.ts";

/** What ought to be in the database at the end. */
export function foretell(history: History): Foretold {
  const { settings, faults } = history;
  const horizon = horizonOf(history);
  const heard = hear(factsOf(history), { outages: faults.outages, settings, horizon });
  const { flips, slots } = judge(emptyBook(history), heard.moments, horizon);
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
  };
}

function stored({ digest: _digest, limitFrom: _limitFrom, slotDueAt: _slotDueAt, ...run }: KnownRun): Run {
  return run;
}
