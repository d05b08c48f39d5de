import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useOffsets } from "../timezones/timezones.ts";
import { answerTo, isRight, type Vector } from "../testing/vectors.ts";
import { offsetsOf, type Zones } from "../testing/zones.ts";
import { SCHEDULERS } from "./index.ts";

const VECTORS = new URL("../../vectors/", import.meta.url);
const files = readdirSync(new URL("schedulers/", VECTORS));
const { zones } = read<{ zones: Zones }>("scheduler-offsets.json");

beforeAll(() => useOffsets(offsetsOf(zones)));
afterAll(() => useOffsets());

test.each(files.map((file) => file.replace(".json", "")))(
  "%s gives the answers of the program itself",
  (id) => {
    const { vectors } = read<{ vectors: Vector[] }>(`schedulers/${id}.json`);
    const wrong = vectors.filter((vector) => !isRight(id, vector));
    expect(wrong.map((vector) => ({ vector, answer: answerTo(id, vector) }))).toEqual([]);
  },
);

test("every scheduler on offer has vectors, but for readings of older releases", () => {
  const proven = new Set(files.map((file) => file.replace(".json", "")));
  const others = SCHEDULERS.map(({ id }) => id).filter((id) => !proven.has(id));
  expect(others).toEqual(["apscheduler-3.10", "overdue"]);
});

function read<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
}
