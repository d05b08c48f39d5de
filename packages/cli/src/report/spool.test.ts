import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { readDuration } from "../duration.ts";
import type { Machine } from "../machine.ts";
import { ageOf, bootId, momentNow, type RunRecord } from "./record.ts";
import { keep, readSpool } from "./spool.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function machine(): Machine {
  const state = mkdtempSync(join(tmpdir(), "overdue-spool-"));
  folders.push(state);
  return {
    env: { OVERDUE_STATE_DIR: state },
    home: "/",
    uid: process.getuid?.() ?? 0,
    host: "h",
    self: ["node"],
    isTerminal: false,
  };
}

function record(at: number, runId = `run-${at}`): RunRecord {
  const target = { name: "job", pingUrl: "http://localhost/ping/key/job", create: false };
  return { target, runId, bootId: null, started: { at, uptime: null }, ended: null };
}

test("reports come back oldest first, and the end of a run takes the place of its start", () => {
  const here = machine();
  expect([keep(here, record(2)), keep(here, record(1)), keep(here, { ...record(2), bootId: "b" })]).toEqual([
    null,
    null,
    null,
  ]);
  expect(readSpool(here).map(({ record: { runId, bootId: boot } }) => [runId, boot])).toEqual([
    ["run-1", null],
    ["run-2", "b"],
  ]);
});

test("what was half written when its process or its machine died is passed over, and no report is lost by it", () => {
  const here = machine();
  keep(here, record(1));
  const folder = join(here.env["OVERDUE_STATE_DIR"] ?? "", "spool");
  writeFileSync(join(folder, "00000000000000-half.json"), '{"target":{"na');
  writeFileSync(join(folder, "00000000000003-other.json.77.part"), "{");
  expect(readSpool(here).map(({ record: { runId } }) => runId)).toEqual(["run-1"]);
  expect(readdirSync(folder)).not.toContain("00000000000000-half.json");
});

test("where the spool is full, the oldest report makes room", () => {
  const here = machine();
  for (const at of [1, 2, 3]) keep(here, record(at), 2);
  expect(readSpool(here).map(({ record: { runId } }) => runId)).toEqual(["run-2", "run-3"]);
});

test("a clock that is set back changes no age while the machine stays up; after a boot there is only the clock", () => {
  const now = momentNow();
  const hourAgo = { at: Date.now() + 86_400_000, uptime: (now.uptime ?? 0) - 3_600 };
  expect(Math.round(ageOf(hourAgo, bootId()) / 60_000)).toBe(60);
  expect(ageOf({ at: Date.now() + 86_400_000, uptime: 5 }, "another boot")).toBe(0);
});

test.each([
  ["90", 90_000],
  ["1h30m", 5_400_000],
  ["1.5m", 90_000],
  ["500ms", 500],
])("%s is a length of time", (text, ms) => {
  expect(readDuration(text, "--timeout")).toBe(ms);
});
