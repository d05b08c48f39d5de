import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { PLANTED } from "./broken.ts";
import { type Options, readOptions } from "./options.ts";
import { faultsOf, type Result, runChaos } from "./run.ts";

/** `npm run chaos` runs for as long as one likes; this is a smoke test of it, and of its being able to see a fault. */
const SMOKE = ["--rate", "60", "--fault-every", "2"];

async function chaos(args: readonly string[], more: Partial<Options> = {}): Promise<Result> {
  return await runChaos({ ...readOptions([...SMOKE, ...args]), ...more }, () => undefined);
}

test(
  "half a minute of faults loses no ping and no alert, and raises no false one",
  { timeout: 300_000 },
  async () => {
    const result = await chaos(["--seed", "7", "--minutes", "0.5"]);
    expect(faultsOf(result)).toEqual([]);
    expect(result.faults).toBeGreaterThan(3);
    expect(result.acked).toBeGreaterThan(500);
  },
);

test("a receiver that answers before it has stored a ping is found out", { timeout: 300_000 }, async () => {
  const broken = "ack-before-commit";
  const result = await chaos(["--minutes", "0.2"], { broken, settleMs: 0, ...PLANTED[broken]?.options });
  expect(result.findings.lost).not.toEqual([]);
});

test.each(Object.entries(PLANTED))(
  "the planted fault %s changes a text that is there once",
  (_, { file, from }) => {
    expect(readFileSync(join(readOptions([]).source, file), "utf8").split(from)).toHaveLength(2);
  },
);
