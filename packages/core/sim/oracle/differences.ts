import { isDeepStrictEqual } from "node:util";
import type { Instant } from "@overdue/schedules";
import type { Flip, Run, Slot } from "../../src/index.ts";
import type { Rows } from "../world/rows.ts";

/** What ought to be in the database at the end of a history. */
export type Foretold = {
  flips: Verdict[];
  runs: Map<string, Run>;
  slots: Map<Instant, Slot>;
  notes: (string | null)[];
};

/** Where what happened is not what was foretold, as sentences; only the first of a kind, the rest follows. */
export function differences(rows: Rows, foretold: Foretold): string[] {
  return [
    ...firstOf("flip", pairs(verdicts(rows.flips), foretold.flips)),
    ...firstOf(
      "note on a ping",
      pairs(
        rows.pings.map(({ note }) => note),
        foretold.notes,
      ),
    ),
    ...firstOf("run", joined(rows.runs, foretold.runs)),
    ...firstOf("slot", joined(rows.slots, foretold.slots)),
  ];
}

type Pair = { happened: unknown; foretold: unknown };

export type Verdict = Omit<Flip, "deadlineSeq">;

/** The flips without their number, which names a deadline and says nothing about it. */
export function verdicts(flips: readonly Flip[]): Verdict[] {
  return flips.map(({ at, from, to, reason, alerts }) => ({ at, from, to, reason, alerts }));
}

/** Two lists, place by place. */
export function pairs(happened: readonly unknown[], foretold: readonly unknown[]): Pair[] {
  const longer = happened.length > foretold.length ? happened : foretold;
  return longer.map((_, order) => ({ happened: happened[order], foretold: foretold[order] }));
}

function joined<K>(happened: ReadonlyMap<K, unknown>, foretold: ReadonlyMap<K, unknown>): Pair[] {
  const keys = new Set([...happened.keys(), ...foretold.keys()]);
  return [...keys].map((key) => ({ happened: happened.get(key), foretold: foretold.get(key) }));
}

/** The first pair that is not equal, said of `what`. */
export function firstOf(what: string, all: readonly Pair[]): string[] {
  const wrong = all.find((pair) => !isDeepStrictEqual(pair.happened, pair.foretold));
  if (wrong === undefined) return [];
  return [
    `${what} ${JSON.stringify(wrong.happened) ?? "missing"}, should be ${JSON.stringify(wrong.foretold) ?? "none"}`,
  ];
}
