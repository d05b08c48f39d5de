import { expect, test } from "vitest";
import { machine } from "./machine.ts";
import { simulate } from "./simulate.ts";
import { describeFailure } from "./story.ts";

const fresh = Math.floor(Math.random() * 1e9);

test.each([
  ["one seed", 1, 300],
  ["another seed", 2, 300],
  ["a fresh seed", fresh, 200],
])(
  "the check-days of %s (%d) hold no false alarm and miss none",
  (_, seed, checks) => {
    const { failure, ...counted } = simulate({ seed, days: 25, checks }, machine);
    process.stdout.write(`simulator, seed ${seed}: ${JSON.stringify(counted)}\n`);
    expect(failure === null ? null : describeFailure(failure, machine)).toBeNull();
    expect(counted.checkDays).toBe(25 * checks);
    expect(counted.pings).toBeGreaterThan(200 * checks);
    expect(counted.flips).toBeGreaterThan(20 * checks);
  },
  240_000,
);
