import { readFileSync } from "node:fs";

import { beforeAll, describe, expect, test } from "vitest";

import { type Case, runCase } from "../../test/healthchecks/run-case.ts";
import { type Served, serveOverHttp } from "../../test/healthchecks/serve.ts";

const { cases } = JSON.parse(readFileSync(new URL("./cases.json", import.meta.url), "utf8")) as {
  cases: Case[];
};
const sections = Map.groupBy(cases, (each) => each.section);

let served: Served;
beforeAll(async () => {
  served = await serveOverHttp();
});

test("there are cases to run", () => {
  expect(cases.length).toBeGreaterThanOrEqual(100);
});

describe.each([...sections])("%s", (_, ofSection) => {
  test.each(ofSection)("$id $title", async (each) => {
    expect(await runCase(each, served)).toEqual([]);
  });
});
