import { isDeepStrictEqual } from "node:util";
import type { Instant } from "@overdue/schedules";
import type { Flip, Run, Slot } from "@overdue/core";
import type { Rows } from "../world/rows.ts";

/** What ought to be in the database at the end of a history. */
export type Prediction = {
  flips: Verdict[];
  runs: Map<string, Run>;
  slots: Map<Instant, Slot>;
  notes: (string | null)[];
};

/** Where what happened is not what was predicted, as sentences; only the first of a kind, the rest follows. */
export function listDifferences(rows: Rows, predicted: Prediction): string[] {
  return [
    ...firstDifferences("flip", listPairs(listVerdicts(rows.flips), predicted.flips)),
    ...firstDifferences(
      "note on a ping",
      listPairs(
        rows.pings.map(({ note }) => note),
        predicted.notes,
      ),
    ),
    ...firstDifferences("run", joined(rows.runs, predicted.runs)),
    ...firstDifferences("slot", joined(rows.slots, predicted.slots)),
  ];
}

type Pair = { happened: unknown; predicted: unknown };

export type Verdict = Omit<Flip, "deadlineSeq">;

/** The flips without their number, which names a deadline and says nothing about it. */
export function listVerdicts(flips: readonly Flip[]): Verdict[] {
  return flips.map(({ at, from, to, reason, alerts }) => ({ at, from, to, reason, alerts }));
}

/** Two lists, place by place. */
export function listPairs(happened: readonly unknown[], predicted: readonly unknown[]): Pair[] {
  const longer = happened.length > predicted.length ? happened : predicted;
  return longer.map((_, order) => ({ happened: happened[order], predicted: predicted[order] }));
}

function joined<K>(happened: ReadonlyMap<K, unknown>, predicted: ReadonlyMap<K, unknown>): Pair[] {
  const keys = new Set([...happened.keys(), ...predicted.keys()]);
  return [...keys].map((key) => ({ happened: happened.get(key), predicted: predicted.get(key) }));
}

/** The first pair that is not equal, said of `what`. */
export function firstDifferences(what: string, all: readonly Pair[]): string[] {
  const wrong = all.find((pair) => !isDeepStrictEqual(pair.happened, pair.predicted));
  if (wrong === undefined) return [];
  return [
    `${what} ${JSON.stringify(wrong.happened) ?? "missing"}, should be ${JSON.stringify(wrong.predicted) ?? "none"}`,
  ];
}
