import { pino } from "pino";
import { expect, test } from "vitest";

import { StallWatch } from "./stall-watch.ts";

test.each([
  ["computed all the while", 6_000, 5_900, "busy"],
  ["computed for most of it", 6_000, 3_100, "busy"],
  ["was not run", 6_000, 4, "paused"],
  ["was run on a machine that has too much to do", 6_000, 1_000, "paused"],
])("a process that answered nobody and %s", (_, ms, cpuMs, cause) => {
  const { watch, pass, lines } = startWatch();
  pass(ms, cpuMs);
  expect(watch.causeWithin(7_000)).toBe(cause);
  expect(lines).toMatchObject([{ level: 40, ms, cause }]);
  pass(10, 1);
  expect(watch.causeWithin(7_000)).toBe(cause);
});

test("a pause that nobody notices is none, however much is computed", () => {
  const { watch, pass, lines } = startWatch();
  for (let i = 0; i < 20; i += 1) {
    pass(900, 900);
    expect(watch.causeWithin(1_000)).toBeNull();
  }
  expect(lines).toEqual([]);
});

test("a stall explains no silence that is more than twice as long, nor one that came after it", () => {
  const { watch, pass } = startWatch();
  pass(6_000, 6_000);
  expect(watch.causeWithin(13_000)).toBeNull();
  for (let i = 0; i < 60; i += 1) {
    pass(200, 10);
    watch.causeWithin(1);
  }
  expect(watch.causeWithin(8_000)).toBeNull();
});

function startWatch() {
  let [now, cpuMs] = [1_000, 50];
  const lines: unknown[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const watch = new StallWatch(log, { now: () => now, cpuMs: () => cpuMs });
  watch.stop(); // the test says when time passes
  const pass = (ms: number, ofProcessor: number) => {
    now += ms;
    cpuMs += ofProcessor;
  };
  return { watch, pass, lines };
}
