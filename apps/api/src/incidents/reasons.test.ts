import { evaluateDue } from "@overdue/db";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";
import type { IncidentDetail } from "./incidents.ts";

// For every reason: what a person reads about it, from real pings and the evaluator.

const api = await testApi();
const MINUTE = 60_000;
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 }, graceSeconds: 300 };

type Deed = { ping: string; body: string } | { minutes: number };
const ping = (path: string, body = ""): Deed => ({ ping: path, body });
const passes = (minutes: number): Deed => ({ minutes });

const reasons: [string, object, Deed[], object][] = [
  [
    "missed",
    {},
    [ping("/0", "all is well"), passes(66)],
    {
      exitStatus: null,
      exitMeaning: null,
      output: "all is well",
      outputPing: 1,
      evidence: { durationMs: null },
    },
  ],
  [
    "failed",
    {},
    [ping("/137", "copying\nKilled")],
    {
      exitStatus: 137,
      exitMeaning: { title: expect.stringMatching(/SIGKILL|kill/i) },
      output: "copying\nKilled",
      outputPing: 1,
      evidence: { pingNumber: 1, exitStatus: 137 },
    },
  ],
  [
    "overlong",
    { maxRuntimeSeconds: 600 },
    [ping("/0", "of the run before"), ping("/start?rid=11111111-1111-4111-8111-111111111111"), passes(11)],
    { exitStatus: null, output: null, outputPing: 2, evidence: { durationMs: 600_000, limitMs: 600_000 } },
  ],
  [
    "overlap",
    { overlap: "alert" },
    [
      ping("/start?rid=11111111-1111-4111-8111-111111111111"),
      ping("/start?rid=22222222-2222-4222-8222-222222222222", "second"),
    ],
    { exitStatus: null, output: "second", outputPing: 2, evidence: { pingNumber: 2 } },
  ],
  [
    "too-quick",
    { minRuntimeSeconds: 600 },
    [ping("/start"), ping("/0", "nothing to do")],
    { exitStatus: 0, output: "nothing to do", outputPing: 2, evidence: { limitMs: 600_000 } },
  ],
  [
    "metric-limit",
    { metricLimits: [{ metric: "bytes", min: 1 }] },
    [ping("/start"), ping("?metric.bytes=0", "all is well")],
    {
      exitStatus: null,
      output: "all is well",
      outputPing: 2,
      evidence: { pingNumber: 2, metrics: [{ metric: "bytes", value: 0, min: 1, max: null }] },
    },
  ],
  [
    "too-often",
    { tooOften: { count: 2, of: "pings", windowSeconds: 3_600 } },
    [ping("", "first"), ping("", "second"), ping("", "third")],
    { exitStatus: null, output: "third", outputPing: 3, evidence: { pingNumber: 3 } },
  ],
  [
    "never-started",
    { alertBeforeFirstPing: true },
    [passes(66)],
    { exitStatus: null, output: null, outputPing: null, host: null, evidence: { lastHeardAt: null } },
  ],
];

test.each(reasons)("an incident that is %s says what it is about", async (reason, given, deeds, expected) => {
  const someone = await person(api);
  const made = await someone.as("POST", `${someone.path}/checks`, { ...HOURLY, ...given });
  const check = await read<{ id: string; pingUrl: string }>(made);
  for (const deed of deeds) await does(check, deed);
  const open = await read<{ items: { id: string }[] }>(
    await someone.as("GET", `${someone.path}/incidents?checkId=${check.id}`),
  );
  const incident = await read<IncidentDetail>(
    await someone.as("GET", `${someone.path}/incidents/${open.items[0]?.id}`),
  );
  expect(incident).toMatchObject({ reason, checkStatus: "down", ...expected });
});

async function does(check: { pingUrl: string }, deed: Deed): Promise<void> {
  if ("minutes" in deed) return await evaluateIn(deed.minutes * MINUTE);
  await api.app.request(new URL(check.pingUrl).pathname + deed.ping, { method: "POST", body: deed.body });
}

async function evaluateIn(ms: number): Promise<void> {
  const fail = (_: string, error: unknown) => {
    throw error;
  };
  await evaluateDue(api.deps.pool, { watermark: Date.now() + ms, outages: [], limit: 500 }, fail);
}
