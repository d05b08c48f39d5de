import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ScheduleError } from "../schedule-error.ts";
import { timesAfter } from "../times.ts";
import { useOffsets } from "../timezones/timezones.ts";
import { offsetsOf, type Zones } from "../testing/zones.ts";
import { SCHEDULERS } from "./index.ts";

/** An expression, its zone, the start, and its next times in seconds from there; null where the program refuses it. */
type Vector = readonly [string, string, string, readonly number[] | null];

const VECTORS = new URL("../../vectors/", import.meta.url);
const COUNT_ASKED = 4;
const files = readdirSync(new URL("schedulers/", VECTORS));
const { zones } = read<{ zones: Zones }>("scheduler-offsets.json");

beforeAll(() => useOffsets(offsetsOf(zones)));
afterAll(() => useOffsets());

test.each(files.map((file) => file.replace(".json", "")))(
  "%s gives the answers of the program itself",
  (id) => {
    const { vectors } = read<{ vectors: Vector[] }>(`schedulers/${id}.json`);
    const wrong = vectors.flatMap((vector) => {
      const [expression, timezone, after, next] = vector;
      const answer = answerOf({ id, expression, timezone }, after, next?.length ?? COUNT_ASKED);
      return JSON.stringify(answer) === JSON.stringify(next) ? [] : [{ vector, answer }];
    });
    expect(wrong).toEqual([]);
  },
);

test("every scheduler on offer has vectors, but for readings of older releases", () => {
  const proven = new Set(files.map((file) => file.replace(".json", "")));
  const others = SCHEDULERS.map(({ id }) => id).filter((id) => !proven.has(id));
  expect(others).toEqual(["apscheduler-3.10", "overdue"]);
});

function answerOf(
  { id, expression, timezone }: { id: string; expression: string; timezone: string },
  after: string,
  count: number,
): number[] | null {
  const start = Date.parse(after);
  const times: number[] = [];
  try {
    const schedule = { kind: "cron" as const, expression, scheduler: id, timezone };
    for (const at of timesAfter(schedule, start)) {
      if (times.length < count) times.push((at - start) / 1000);
      if (times.length >= count) break;
    }
    return times;
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

function read<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
}
