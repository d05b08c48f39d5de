import { Writable } from "node:stream";

import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { foldDatabaseProblems } from "./database-problem.ts";

let lines: { msg: string; count?: number }[];
let log: pino.Logger;
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const into = new Writable({
    write: (chunk, _, done) => {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  log = pino({ hooks: foldDatabaseProblems() }, into);
});
afterEach(() => vi.useRealTimers());

const logTexts = () => lines.map(({ msg, count }) => (count === undefined ? msg : `${count}: ${msg}`));

test("a problem of the database is logged once, then once a minute with its count, and when it is over", () => {
  for (let second = 0; second < 150; second += 1) {
    for (let n = 0; n < 1_000; n += 1) log.warn({ err: refused }, `line ${n}`);
    vi.advanceTimersByTime(1_000);
  }
  vi.advanceTimersByTime(60_000);
  expect(logTexts()).toEqual([
    "line 0",
    expect.stringMatching(/^\d{5}: The database problem lasts/),
    expect.stringMatching(/^\d{5}: The database problem lasts/),
    expect.stringContaining("works again"),
  ]);
});

test("a problem that comes back after its end is logged anew", () => {
  log.error({ err: refused }, "first");
  vi.advanceTimersByTime(60_000);
  log.error({ err: refused }, "second");
  expect(logTexts()).toEqual(["first", expect.stringContaining("works again"), "second"]);
});

test("whatever else is logged is written as it is, meanwhile too", () => {
  log.warn({ err: refused }, "away");
  log.warn({ err: new Error("a fault of ours") }, "a fault");
  log.info("nothing special");
  log.warn({ err: refused }, "away again");
  expect(logTexts()).toEqual(["away", "a fault", "nothing special"]);
});
