import type { Flip, Run } from "@overdue/core";
import { nextAfter } from "@overdue/schedules";
import { type History, isInOrder } from "./history/history.ts";
import {
  comparePredictionLoosely,
  firstDifferences,
  listDifferences,
  listPairs,
  listVerdicts,
  type Prediction,
} from "./oracle/differences.ts";
import { randomFrom } from "./random.ts";
import { type Machine, runWorld, type Step, lastInstant } from "./world/live.ts";
import { makeRhythm } from "./world/rhythm.ts";
import type { Rows } from "./world/rows.ts";
import type { Book } from "./oracle/book.ts";
import { factsOf, type KnownRun } from "./oracle/moments.ts";
import { evaluateMoments } from "./oracle/evaluate.ts";
import { receiveFacts } from "./oracle/runs.ts";

export type Finding = { rows: Rows; problems: string[] };

/** Runs one history and says in sentences what is wrong with the outcome. */
export function examine(history: History, machine: Machine, onStep?: (step: Step) => void): Finding {
  const random = randomFrom(`${history.id}/world`);
  const conditions = { machine, random, rhythm: makeRhythm(random), ...(onStep && { onStep }) };
  const rows = runWorld(history, conditions);
  const problems = [...rows.refused, ...brokenInvariants(rows, history)];
  if (!isInOrder(history)) {
    problems.push(...comparePredictionLoosely(rows, predict(history), history));
  } else {
    problems.push(...listDifferences(rows, predict(history)));
    if (randomFrom(`${history.id}/twice`).chance(1 / 3))
      problems.push(...compareOtherRhythm(history, machine, rows));
  }
  return { rows, problems };
}

/** Verdicts must not depend on when the checkers look, so checkers with another rhythm must reach the same ones. */
function compareOtherRhythm(history: History, machine: Machine, rows: Rows): string[] {
  const random = randomFrom(`${history.id}/other-world`);
  const again = runWorld(history, { machine, random, rhythm: makeRhythm(random) });
  return firstDifferences(
    "under another rhythm of the checkers, flip",
    listPairs(listVerdicts(again.flips), listVerdicts(rows.flips)),
  );
}

/** What must hold for any history, whatever the oracle says. @returns a sentence for each thing that does not hold */
function brokenInvariants(rows: Rows, history: History): string[] {
  return [
    ...flipsAlternate(rows.flips),
    ...eachAlertHasItsIncident(rows),
    ...nothingIsLost(rows, history),
    ...[...rows.runs.values()].flatMap(contradiction),
    ...slotsAreWatched(rows, history),
  ];
}

function flipsAlternate(flips: readonly Flip[]): string[] {
  return flips.flatMap((flip, order) => {
    const before = flips[order - 1];
    if (flip.from === flip.to) return [`a flip at ${flip.at} from ${flip.from} to itself`];
    if (before === undefined) return flip.from === "new" ? [] : [`the first flip is from ${flip.from}`];
    if (flip.from !== before.to)
      return [`a flip at ${flip.at} is from ${flip.from}, but the check was ${before.to}`];
    return flip.at < before.at ? [`a flip at ${flip.at} is older than the one before it`] : [];
  });
}

function eachAlertHasItsIncident({ flips, incidents }: Rows): string[] {
  const alerting = flips
    .filter((flip) => flip.alerts && flip.to === "down")
    .map(({ deadlineSeq }) => deadlineSeq);
  const opened = incidents.map(({ deadlineSeq }) => deadlineSeq);
  return String(alerting) === String(opened)
    ? []
    : [`down flips ${alerting.join()}, but incidents ${opened.join()}`];
}

function nothingIsLost(rows: Rows, { entries }: History): string[] {
  const committed = entries.flatMap(({ event }) => (event.kind === "ping" ? [event.ping.id] : []));
  const stored = rows.pings.map(({ id }) => id);
  return String(committed) === String(stored)
    ? []
    : [`${committed.length} pings committed, ${stored.length} stored, or not the same ones`];
}

function contradiction(run: Run): string[] {
  const ended = run.endedAt !== null;
  if (ended !== (run.outcome !== "running")) return [`run ${run.id} is ${run.outcome}, ended ${run.endedAt}`];
  if (run.durationMs !== null && run.durationMs < 0) return [`run ${run.id} took ${run.durationMs} ms`];
  return [];
}

function slotsAreWatched({ slots }: Rows, history: History): string[] {
  const outside = [...slots.values()].filter(({ dueAt }) => dueAt <= history.begin);
  return outside.map(({ dueAt }) => `a slot at ${dueAt}, before the check was created`);
}

/** What should be in the database at the end. */
function predict(history: History): Prediction {
  const { settings, faults } = history;
  const horizon = lastInstant(history);
  const received = receiveFacts(factsOf(history), { outages: faults.outages, settings, horizon });
  const { flips, slots } = evaluateMoments(emptyBook(history), received.moments, horizon);
  return {
    flips,
    slots,
    runs: new Map(received.runs.map((run) => [run.id, toStoredRun(run)])),
    notes: received.notes,
  };
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
    place: null,
    passed: [],
    clearedAt: -Infinity,
  };
}

function toStoredRun(known: KnownRun): Run {
  const {
    digest: _digest,
    limitFrom: _limitFrom,
    slotDueAt: _slotDueAt,
    lateStartAt: _lateStartAt,
    ...run
  } = known;
  return run;
}
