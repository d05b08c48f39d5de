import { expect, test } from "vitest";
import { machine } from "./machine.ts";
import { simulate } from "./simulate.ts";
import { tell } from "./story.ts";

const FRESH = Math.floor(Math.random() * 1e9);

test.each([
  ["a fixed seed", 1],
  ["a fresh seed", FRESH],
])(
  "10,000 check-days of %s (%d) hold no false alarm and miss none",
  (_, seed) => {
    const { failure, ...counted } = simulate({ seed, days: 25, checks: 400 }, machine);
    process.stdout.write(`simulator, seed ${seed}: ${JSON.stringify(counted)}\n`);
    expect(failure === null ? null : tell(failure, machine)).toBeNull();
    expect(counted.checkDays).toBe(10_000);
    expect(counted.pings).toBeGreaterThan(100_000);
    expect(counted.flips).toBeGreaterThan(10_000);
  },
  240_000,
);
