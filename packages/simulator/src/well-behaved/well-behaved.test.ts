import { expect, test } from "vitest";
import { machine } from "../world/live.ts";
import { makeWorld } from "./make.ts";
import { simulateWorlds, describeWorld } from "./simulate.ts";

test.each([1, 2])(
  "nobody is notified of well-behaved jobs on imperfect machines, only of what they leave out (seed %d)",
  (seed) => {
    const { failures, ...counted } = simulateWorlds({ seed, worlds: 400 }, machine);
    const [failure] = failures;
    const story = failure && describeWorld(makeWorld(seed, failure.world), failure.problems, machine);
    expect(story).toBeUndefined();
    expect(counted.leftOut).toBeGreaterThan(200);
  },
  60_000,
);
