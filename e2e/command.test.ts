import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Sql } from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";

import { cleanUp, overdue, place } from "../packages/cli/test/command.ts";
import { ageCheck, openDatabase } from "./support/age-check.ts";
import { childOf, emptyDataDirectory, type Product, startProduct } from "./support/product.ts";
import { type Providers, startProviders } from "./support/providers.ts";

const PING_KEY = "command-ping-key";
const API_KEY = `ovd_${"k".repeat(40)}`;

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let providers: Providers;
let product: Product;
let database: Sql;
/** The project below `/v1`. */
let project = "";

beforeAll(async () => {
  [data, providers] = await Promise.all([emptyDataDirectory(), startProviders()]);
  product = await startProduct(data.path, {
    ...providers.variables,
    BOOTSTRAP_EMAIL: "ada@example.org",
    BOOTSTRAP_PASSWORD: "correct horse battery",
    BOOTSTRAP_PROJECT: "Ops",
    BOOTSTRAP_PING_KEY: PING_KEY,
    BOOTSTRAP_API_KEY: API_KEY,
  });
  database = openDatabase(data.path);
  const { items } = await ask<{ items: { id: string }[] }>("/v1/projects");
  project = `/v1/projects/${items[0]?.id}`;
  await ask(`${project}/channels`, {
    kind: "slack",
    name: "Ops",
    settings: { url: providers.slack.hookUrl },
  });
});

afterAll(async () => {
  cleanUp();
  await database?.end();
  await product?.stop();
  await providers?.close();
  await data?.remove();
});

type Run = {
  outcome: string;
  rid: string;
  exitStatus: number;
  facts: Record<string, unknown> | null;
  lateMs: number | null;
  endedAt: string | null;
};

/** `overdue` as on a host of its own: with its own folder for locks and reports. */
function onAnotherHost(...words: string[]) {
  const { env } = place();
  const url = product.origin;
  return overdue(
    { env: { ...env, OVERDUE_URL: url, OVERDUE_PING_KEY: PING_KEY, OVERDUE_API_KEY: API_KEY } },
    words,
  ).ended;
}

/** Reads what is at a path, or posts `body` to it. */
async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${product.origin}${path}`, {
    headers: { Authorization: `Bearer ${API_KEY}`, "Content-Type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  return (await response.json()) as Answer;
}

test("a billing job that three hosts start at once runs on one of them, and the other two say why they did not", async () => {
  const words = ["run", "--check", "billing", "--create", "--lock", "server", "--report-wait", "20s", "--"];
  // The job goes on until the other two have ended, however slow the machine is.
  const done = join(data.path, "done");
  const bill = () =>
    onAnotherHost(
      ...words,
      "sh",
      "-c",
      `echo bill $OVERDUE_FENCE; until test -e ${done}; do sleep 0.1; done`,
    );
  let ended = 0;
  const count = async (run: ReturnType<typeof bill>) => {
    await run;
    ended += 1;
    if (ended === 2) writeFileSync(done, "");
    return run;
  };
  const ends = await Promise.all([bill(), bill(), bill()].map(count));
  expect(ends.map(({ status }) => status).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 75, 75]);
  expect(ends.map(({ stdout }) => stdout.toString()).filter((text) => text !== "")).toEqual(["bill 1\n"]);
  // The lease was given back with the end of the job, and the next holder has the next number.
  expect((await bill()).stdout.toString()).toBe("bill 2\n");

  const { status, runs, skipped } = await seen("billing");
  expect(status).toBe("up");
  expect(runs.map(({ outcome, exitStatus, lateMs }) => ({ outcome, exitStatus, lateMs }))).toEqual([
    { outcome: "success", exitStatus: 0, lateMs: null },
    { outcome: "success", exitStatus: 0, lateMs: null },
  ]);
  expect(runs[0]?.facts).toMatchObject({ host: expect.any(String), cpuUserMs: expect.any(Number) });
  expect(skipped).toHaveLength(2);
  expect(skipped[0]).toContain("the job is still running on ");

  const list = await onAnotherHost("checks");
  expect(list.stdout.toString()).toMatch(/^up +billing +Every day +last ping /);
});

/** `overdue` on one host, again and again: with the same folder for locks. */
function onOneHost() {
  const { env, state } = place();
  const known = { ...env, OVERDUE_URL: product.origin, OVERDUE_PING_KEY: PING_KEY };
  return { state, run: (...words: string[]) => overdue({ env: known }, ["run", ...words]) };
}

/** What the product shows of a check: its runs, the newest first, and why starts were skipped. */
async function seen(slug: string) {
  const { items: checks } = await ask<{ items: { id: string; slug: string; status: string }[] }>(
    `${project}/checks`,
  );
  const { id, status } = checks.find((one) => one.slug === slug) ?? { id: "", status: "missing" };
  const { items: runs } = await ask<{ items: Run[] }>(`${project}/checks/${id}/runs`);
  const { items: pings } = await ask<{ items: { kind: string; facts: { skipped?: string } | null }[] }>(
    `${project}/checks/${id}/pings`,
  );
  return {
    id,
    status,
    runs,
    outcomes: runs.map(({ outcome }) => outcome),
    ends: pings.filter(({ kind }) => kind === "success").length,
    skipped: pings.flatMap(({ kind, facts }) => (kind === "log" ? (facts?.skipped ?? []) : [])),
  };
}

/** The alerts about a check that have arrived, as text. */
function alertsAbout(name: string): string[] {
  return providers.slack.received
    .map(({ payload }) => JSON.stringify(payload))
    .filter((text) => text.includes(name));
}

/** Resolves with the first alert about a check that says this. */
async function alertAbout(name: string, says: RegExp): Promise<string> {
  const { payload } = await providers.slack.waitFor((message) => {
    const text = JSON.stringify(message.payload);
    return text.includes(name) && says.test(text);
  }, 60_000);
  return JSON.stringify(payload);
}

test("a bot that is restarted while the old one still shuts down never runs twice at once", async () => {
  const { state, run } = onOneHost();
  const only = join(state, "only-one");
  // It takes half a second to say goodbye, and a second one would find its folder taken.
  const bot = `mkdir ${only} || { echo two at once; exit 9; }
trap 'sleep 0.5; rmdir ${only}; exit 0' TERM; echo up; while :; do sleep 0.05; done`;
  const words = ["--check", "bot", "--create", "--lock", "--report-wait", "20s"];
  const start = (ifRunning: string) => run(...words, "--if-running", ifRunning, "--", "sh", "-c", bot);
  const first = start("skip");
  await first.said("up");
  first.child.kill("SIGTERM");
  const second = start("wait");
  await second.said("up");
  expect(await first.ended).toMatchObject({ status: 0 });
  const third = start("kill");
  await third.said("up");
  expect(await second.ended).toMatchObject({ status: 0 });
  third.child.kill("SIGTERM");
  expect((await third.ended).stdout.toString()).toBe("up\n");
  expect((await seen("bot")).outcomes).toEqual(["success", "success", "success"]);
});

test("a job that outlives its interval is left alone by the next starts, each of which says why it did not run", async () => {
  const { state, run } = onOneHost();
  const done = join(state, "done");
  const words = ["--check", "sync", "--create", "--lock", "--report-wait", "20s", "--", "sh", "-c"];
  const first = run(...words, `echo up; until test -e ${done}; do sleep 0.05; done`);
  await first.said("up");
  for (let count = 0; count < 2; count += 1)
    expect(await run(...words, "echo second").ended).toMatchObject({ status: 75, stdout: Buffer.from("") });
  writeFileSync(done, "");
  expect(await first.ended).toMatchObject({ status: 0 });
  expect(await run(...words, "echo next").ended).toMatchObject({ status: 0 });
  const { status, outcomes, skipped } = await seen("sync");
  expect({ status, outcomes }).toEqual({ status: "up", outcomes: ["success", "success"] });
  expect(skipped).toHaveLength(2);
  expect(skipped[0]).toMatch(/^the job is still running \(pid \d+, since /);
});

test("a bot whose new start gave way to the old run, which then ended, is reported as missing: a skipped start is no run", async () => {
  const { run } = onOneHost();
  const words = ["--check", "lone-bot", "--create", "--lock", "--report-wait", "20s", "--", "sh", "-c"];
  const old = run(...words, "trap 'sleep 1; exit 0' TERM; echo up; while :; do sleep 0.05; done");
  await old.said("up");
  old.child.kill("SIGTERM");
  expect(await run(...words, "echo never").ended).toMatchObject({ status: 75, stdout: Buffer.from("") });
  expect(await old.ended).toMatchObject({ status: 0 });
  const { id, skipped } = await seen("lone-bot");
  expect(skipped).toHaveLength(1);
  await ageCheck(database, id, 2 * 86_400);
  expect(await alertAbout("lone-bot", /is down/)).toMatch(/expected/i);
});

test("a job that takes eight minutes where five were assumed is reported while it runs, and again once it has ended", async () => {
  const { state, run } = onOneHost();
  const done = join(state, "done");
  const assumed = { schedule: { kind: "interval", everySeconds: 300 }, maxRuntimeSeconds: 300 };
  await ask(`${project}/checks`, { name: "mail-sync", slug: "mail-sync", ...assumed });
  const words = ["--check", "mail-sync", "--lock", "--report-wait", "20s", "--", "sh", "-c"];
  const job = run(...words, `echo up; until test -e ${done}; do sleep 0.05; done`);
  await job.said("up");
  await expect.poll(async () => (await seen("mail-sync")).outcomes).toEqual(["running"]);
  await ageCheck(database, (await seen("mail-sync")).id, 8 * 60);
  await alertAbout("mail-sync", /takes longer than the limit of 5 min/);
  expect(await run(...words, "echo second").ended).toMatchObject({ status: 75 });
  writeFileSync(done, "");
  expect(await job.ended).toMatchObject({ status: 0 });
  await alertAbout("mail-sync", /is up/);
  expect(alertsAbout("mail-sync")).toHaveLength(2);
});

test("a billing job that fails on the one of three hosts that ran it makes one alert, with its status and its last words", async () => {
  const words = ["run", "--check", "invoices", "--create", "--lock", "server", "--report-wait", "20s", "--"];
  const done = join(data.path, "invoices-done");
  const job = `until test -e ${done}; do sleep 0.1; done; echo card refused; exit 3`;
  let skipped = 0;
  const host = async () => {
    const end = await onAnotherHost(...words, "sh", "-c", job);
    if (end.status === 75) skipped += 1;
    if (skipped === 2) writeFileSync(done, "");
    return end.status;
  };
  const statuses = await Promise.all([host(), host(), host()]);
  expect(statuses.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([3, 75, 75]);
  const alert = await alertAbout("invoices", /is down/);
  expect(alert).toMatch(/exit status 3/i);
  expect(alert).toContain("card refused");
  expect((await onAnotherHost(...words, "true")).status).toBe(0);
  await alertAbout("invoices", /is up/);
  expect(alertsAbout("invoices")).toHaveLength(2);
});

test.skipIf(process.getuid?.() !== 0)(
  "a unit that systemd says was killed for memory makes an alert that says so",
  async () => {
    const { env, state } = place();
    const root = join(state, "root");
    const units = join(root, "etc/systemd/system");
    const records = join(state, "records");
    mkdirSync(units, { recursive: true });
    mkdirSync(records, { mode: 0o700 });
    writeFileSync(join(units, "render.service"), "[Service]\nType=oneshot\nExecStart=/opt/render\n");
    const install = ["systemd", "install", "render", "--check", "render", "--create", "--yes"];
    expect(await overdue({ env }, [...install, "--root", root]).ended).toMatchObject({ status: 0 });
    // What the unit's ExecStopPost= writes under a real systemd: npm run test:systemd.
    const ended = ["render.service", "100.00", "oom-kill", "killed", "KILL"].join("\n");
    writeFileSync(join(records, `${"ab".repeat(16)}.ended`), `${ended}\n`);
    // The machine's own units stay as they are.
    const asUnits = `mount --bind ${units} /etc/systemd/system && exec "$@"`;
    const before = ["unshare", "--mount", "sh", "-c", asUnits, "sh"];
    const known = { ...env, OVERDUE_URL: product.origin, OVERDUE_PING_KEY: PING_KEY };
    const report = overdue({ env: known }, ["systemd", "report", "--folder", records], { before });
    expect(await report.ended).toMatchObject({ status: 0 });
    const alert = await alertAbout("render", /is down/);
    expect(alert).toMatch(/out of memory/i);
  },
);

test("a server that is killed while a job runs has its end later, once, at the time when the job ended", async () => {
  const { state, run } = onOneHost();
  const done = join(state, "done");
  const job = `echo up; until test -e ${done}; do sleep 0.05; done`;
  const ledger = run("--check", "ledger", "--create", "--", "sh", "-c", job);
  await ledger.said("up");
  await expect.poll(async () => (await seen("ledger")).outcomes).toEqual(["running"]);
  // The supervisor would start the server again at once.
  process.kill(product.pid, "SIGSTOP");
  process.kill(childOf(product, "api") ?? 0, "SIGKILL");
  writeFileSync(done, "");
  expect(await ledger.ended).toMatchObject({ status: 0 });
  const endedBy = Date.now();
  // From then on the ping is late.
  await expect.poll(() => Date.now() - endedBy, { timeout: 10_000 }).toBeGreaterThan(2_000);
  process.kill(product.pid, "SIGCONT");
  await expect
    .poll(async () => (await seen("ledger").catch(() => null))?.outcomes, { timeout: 120_000 })
    .toEqual(["success"]);
  const { runs, ends } = await seen("ledger");
  expect(ends).toBe(1);
  expect(runs[0]?.lateMs).toBeGreaterThan(0);
  expect(Date.parse(runs[0]?.endedAt ?? "")).toBeLessThanOrEqual(endedBy);
});

test("while Overdue cannot be asked for the lease, the job is skipped, or runs if that is what was asked", async () => {
  const { env } = place();
  const words = ["run", "--check", "http://127.0.0.1:1/ping/key/billing", "--lock", "server"];
  const run = (...more: string[]) =>
    overdue({ env: { ...env } }, [...words, ...more, "--", "echo", "ran"]).ended;
  expect(await run()).toMatchObject({ status: 75, stdout: Buffer.from("") });
  expect(await run("--if-unreachable", "run")).toMatchObject({ status: 0, stdout: Buffer.from("ran\n") });
});
