import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { Delay, Job } from "./jobs.ts";
import { Ledger } from "./ledger.ts";
import { startProvider } from "./provider.ts";
import { verify } from "./verify.ts";

const JOB: Job = { id: "healthy 1", checkId: "c1", pingUuid: "p1", periodMs: 5_000, habit: "healthy" };
/** On the harness's clock. */
const MISSED_AT = 100_000;

/** Compares a healthy job that has one incident with what is known of the delays of its own. */
async function findingsOf({ late = [], stalls = [] }: { late?: Delay[]; stalls?: Delay[] }) {
  const directory = mkdtempSync(join(tmpdir(), "overdue-verify-"));
  const ledger = new Ledger(directory);
  const provider = await startProvider(ledger);
  onTestFinished(() => {
    provider.close();
    ledger.close();
    rmSync(directory, { recursive: true, force: true });
  });
  ledger.stalls.push(...stalls);
  const incident = { at: performance.timeOrigin + MISSED_AT, reason: "missed" };
  const stored = { rows: new Map(), incidents: new Map([[JOB.checkId, [incident]]]), outages: [] };
  return verify({ ledger, jobs: [JOB], stored, provider, late: new Map([[JOB.id, late]]) });
}

test("an incident of a job that was well is a false one", async () => {
  const { falseIncidents, excused } = await findingsOf({});
  expect({ false: falseIncidents.length, excused: excused.length }).toEqual({ false: 1, excused: 0 });
});

test("a harness that was held up for a moment explains no missed deadline, since a job has its grace", async () => {
  const moment = [{ from: MISSED_AT - 9_000, until: MISSED_AT - 7_000 }];
  expect((await findingsOf({ stalls: moment })).falseIncidents).toHaveLength(1);
  expect((await findingsOf({ late: moment })).falseIncidents).toHaveLength(1);
});

test("a job that slept through most of its grace has missed its deadline itself", async () => {
  const long = [{ from: MISSED_AT - 9_000, until: MISSED_AT - 1_000 }];
  for (const findings of [await findingsOf({ late: long }), await findingsOf({ stalls: long })]) {
    expect(findings.falseIncidents).toEqual([]);
    expect(findings.excused).toHaveLength(1);
  }
});

test("what happened long before or after a deadline does not explain it", async () => {
  const before = [{ from: MISSED_AT - 60_000, until: MISSED_AT - 40_000 }];
  const after = [{ from: MISSED_AT + 1_000, until: MISSED_AT + 20_000 }];
  expect((await findingsOf({ late: [...before, ...after] })).falseIncidents).toHaveLength(1);
});
