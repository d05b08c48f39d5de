import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { casesOf, controlOf } from "./controls.ts";
import { readOptions } from "./options.ts";
import { PLANTED } from "./planted.ts";
import { faultsOf, runChaos } from "./run.ts";

/** `npm run chaos` runs for as long as one likes; this is a smoke test of it, and of its being able to see a fault. */
const SMOKE = ["--rate", "60", "--fault-every", "2"];

test(
  "half a minute of faults loses no ping and no alert, and raises no false one",
  { timeout: 300_000 },
  async () => {
    const result = await runChaos(
      readOptions([...SMOKE, "--seed", "7", "--minutes", "0.5"]),
      () => undefined,
    );
    expect(faultsOf(result)).toEqual([]);
    expect(result.faults).toBeGreaterThan(3);
    expect(result.acked).toBeGreaterThan(500);
  },
);

// The other planted faults take minutes, and as much to do beside them as `npm run chaos -- --controls` gives them.
test("a receiver that answers before it has stored a ping is found out", { timeout: 300_000 }, async () => {
  const control = controlOf(readOptions(SMOKE), "ack-before-commit");
  const result = await runChaos({ ...control, settleMs: 0 }, () => undefined);
  expect(casesOf(result)).toBeGreaterThan(0);
});

test.each(Object.entries(PLANTED))(
  "the planted fault %s changes texts that are there once",
  (_, { file, edits }) => {
    const text = readFileSync(join(readOptions([]).source, file), "utf8");
    for (const { from } of edits) expect(text.split(from)).toHaveLength(2);
  },
);
