import { differences, firstOf, pairs, verdicts } from "./oracle/differences.ts";
import { foretell } from "./oracle/foretell.ts";
import { loosely } from "./oracle/loosely.ts";
import { isInOrder } from "./history/order.ts";
import type { History } from "./history/history.ts";
import { broken } from "./invariants.ts";
import { randomFrom } from "./random.ts";
import { live, type Machine, type Step } from "./world/live.ts";
import { makeRhythm } from "./world/rhythm.ts";
import type { Rows } from "./world/rows.ts";

export type Finding = { rows: Rows; problems: string[] };

/** Lives through one history and says in sentences what is wrong with the outcome. */
export function examine(history: History, machine: Machine, onStep?: (step: Step) => void): Finding {
  const random = randomFrom(`${history.id}/world`);
  const conditions = { machine, random, rhythm: makeRhythm(random), ...(onStep && { onStep }) };
  const rows = live(history, conditions);
  const problems = [...rows.refused, ...broken(rows, history)];
  if (!isInOrder(history)) {
    problems.push(...loosely(rows, foretell(history), history));
  } else {
    problems.push(...differences(rows, foretell(history)));
    if (randomFrom(`${history.id}/twice`).chance(1 / 3)) problems.push(...otherwise(history, machine, rows));
  }
  return { rows, problems };
}

/** Verdicts do not depend on when the checkers look, so other checkers must reach the same ones. */
function otherwise(history: History, machine: Machine, rows: Rows): string[] {
  const random = randomFrom(`${history.id}/other-world`);
  const again = live(history, { machine, random, rhythm: makeRhythm(random) });
  return firstOf(
    "under another rhythm of the checkers, flip",
    pairs(verdicts(again.flips), verdicts(rows.flips)),
  );
}
