import { listDifferences, firstDifferences, listPairs, listVerdicts } from "./oracle/differences.ts";
import { predict } from "./oracle/predict.ts";
import { comparePredictionLoosely } from "./oracle/loosely.ts";
import { isInOrder } from "./history/order.ts";
import type { History } from "./history/history.ts";
import { brokenInvariants } from "./invariants.ts";
import { randomFrom } from "./random.ts";
import { runWorld, type Machine, type Step } from "./world/live.ts";
import { makeRhythm } from "./world/rhythm.ts";
import type { Rows } from "./world/rows.ts";

export type Finding = { rows: Rows; problems: string[] };

/** Lives through one history and says in sentences what is wrong with the outcome. */
export function examine(history: History, machine: Machine, onStep?: (step: Step) => void): Finding {
  const random = randomFrom(`${history.id}/world`);
  const conditions = { machine, random, rhythm: makeRhythm(random), ...(onStep && { onStep }) };
  const rows = runWorld(history, conditions);
  const problems = [...rows.refused, ...brokenInvariants(rows, history)];
  if (!isInOrder(history)) {
    problems.push(...comparePredictionLoosely(rows, predict(history), history));
  } else {
    problems.push(...listDifferences(rows, predict(history)));
    if (randomFrom(`${history.id}/twice`).chance(1 / 3)) problems.push(...otherwise(history, machine, rows));
  }
  return { rows, problems };
}

/** Verdicts do not depend on when the checkers look, so other checkers must reach the same ones. */
function otherwise(history: History, machine: Machine, rows: Rows): string[] {
  const random = randomFrom(`${history.id}/other-world`);
  const again = runWorld(history, { machine, random, rhythm: makeRhythm(random) });
  return firstDifferences(
    "under another rhythm of the checkers, flip",
    listPairs(listVerdicts(again.flips), listVerdicts(rows.flips)),
  );
}
