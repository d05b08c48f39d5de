import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";
import { csv } from "./history-routes.ts";

const api = await testApi();
const DAY = 86_400_000;

async function withRun() {
  const someone = await person(api);
  const { pingUrl } = await read<{ pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, {
      name: "backup, nightly",
      schedule: { kind: "interval", everySeconds: 3_600 },
    }),
  );
  for (const end of ["/start", "/3"])
    await api.app.request(new URL(pingUrl).pathname + end, { method: "POST" });
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const path = (kind: string, more = "", from = -DAY) =>
    `${someone.path}/export?rows=${kind}&from=${at(from)}&until=${at(DAY)}${more}`;
  return { ...someone, path };
}

test("runs are exported as CSV, with the names of the columns first", async () => {
  const { as, path } = await withRun();
  const response = await as("GET", path("runs"));
  expect(response.headers.get("content-type")).toMatch(/^text\/csv/);
  expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="runs-.*\.csv"$/);
  const [head, row] = (await response.text()).split("\r\n");
  expect(head).toBe(
    "check_name,check_id,started_at,ended_at,outcome,duration_ms,exit_status,overlong,host,metrics",
  );
  expect(row).toMatch(/^"backup, nightly",[0-9a-f-]{36},20\d\d-.*Z,20\d\d-.*Z,fail,\d+,3,false,/);
});

test("incidents and slots are exported as JSON, of the span that is asked for", async () => {
  const { as, path } = await withRun();
  expect(await read(await as("GET", path("incidents", "&format=json")))).toMatchObject([
    { check_name: "backup, nightly", reason: "failed", resolved_at: null },
  ]);
  expect(await read(await as("GET", path("incidents", "&format=json", DAY / 2)))).toEqual([]);
  expect((await as("GET", path("slots", "&format=json"))).status).toBe(200);
});

test("what a job sent is not for a key that only reads, nor for another project", async () => {
  const { projectId, path } = await withRun();
  const reader = await keyHolder(api, projectId, "read");
  expect((await reader.as("GET", path("runs"))).status).toBe(403);
  expect((await (await person(api)).as("GET", path("runs"))).status).toBe(404);
});

test("a cell that a spreadsheet would calculate, or that would break its line, does neither", () => {
  expect(csv([{ host: "=HYPERLINK(1)", text: 'a "b"\nc', late_ms: -3, none: null }])).toBe(
    'host,text,late_ms,none\r\n\'=HYPERLINK(1),"a ""b""\nc",-3,\r\n',
  );
  expect(csv([])).toBe("");
});
