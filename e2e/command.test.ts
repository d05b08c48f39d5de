import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { cleanUp, overdue, place } from "../packages/cli/test/command.ts";
import { emptyDataDirectory, type Product, startProduct } from "./support/product.ts";

const PING_KEY = "command-ping-key";
const API_KEY = `ovd_${"k".repeat(40)}`;

let data: Awaited<ReturnType<typeof emptyDataDirectory>>;
let product: Product;

beforeAll(async () => {
  data = await emptyDataDirectory();
  product = await startProduct(data.path, {
    BOOTSTRAP_EMAIL: "ada@example.org",
    BOOTSTRAP_PASSWORD: "correct horse battery",
    BOOTSTRAP_PROJECT: "Ops",
    BOOTSTRAP_PING_KEY: PING_KEY,
    BOOTSTRAP_API_KEY: API_KEY,
  });
});

afterAll(async () => {
  cleanUp();
  await product?.stop();
  await data?.remove();
});

type Run = {
  outcome: string;
  rid: string;
  exitStatus: number;
  facts: Record<string, unknown> | null;
  lateMs: number | null;
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

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${product.origin}${path}`, {
    headers: { Authorization: `Bearer ${API_KEY}` },
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

  const { items: projects } = await ask<{ items: { id: string }[] }>("/v1/projects");
  const path = `/v1/projects/${projects[0]?.id}/checks`;
  const { items: checks } = await ask<{ items: { id: string; slug: string; status: string }[] }>(path);
  expect(checks).toMatchObject([{ slug: "billing", status: "up" }]);
  const { items: runs } = await ask<{ items: Run[] }>(`${path}/${checks[0]?.id}/runs`);
  expect(runs.map(({ outcome, exitStatus, lateMs }) => ({ outcome, exitStatus, lateMs }))).toEqual([
    { outcome: "success", exitStatus: 0, lateMs: null },
    { outcome: "success", exitStatus: 0, lateMs: null },
  ]);
  expect(runs[0]?.facts).toMatchObject({ host: expect.any(String), cpuUserMs: expect.any(Number) });
  const { items: pings } = await ask<{ items: { kind: string; facts: { skipped?: string } | null }[] }>(
    `${path}/${checks[0]?.id}/pings`,
  );
  const skipped = pings.filter(({ facts }) => facts?.skipped !== undefined);
  expect(skipped.map(({ kind }) => kind)).toEqual(["log", "log"]);
  expect(skipped[0]?.facts?.skipped).toContain("another instance is running on ");

  const list = await onAnotherHost("checks");
  expect(list.stdout.toString()).toMatch(/^up +billing +Every day +last ping /);
});

/** `overdue` on one host, again and again: with the same folder for locks. */
function onOneHost() {
  const { env, state } = place();
  const known = { ...env, OVERDUE_URL: product.origin, OVERDUE_PING_KEY: PING_KEY };
  return { state, run: (...words: string[]) => overdue({ env: known }, ["run", ...words]) };
}

/** The runs of a check, the newest first, and what was skipped. */
async function heardOf(slug: string) {
  const { items: projects } = await ask<{ items: { id: string }[] }>("/v1/projects");
  const path = `/v1/projects/${projects[0]?.id}/checks`;
  const { items: checks } = await ask<{ items: { id: string; slug: string; status: string }[] }>(path);
  const check = checks.find((one) => one.slug === slug);
  const { items: runs } = await ask<{ items: Run[] }>(`${path}/${check?.id}/runs`);
  const { items: pings } = await ask<{ items: { facts: { skipped?: string } | null }[] }>(
    `${path}/${check?.id}/pings`,
  );
  return {
    status: check?.status,
    outcomes: runs.map(({ outcome }) => outcome),
    skipped: pings.flatMap(({ facts }) => facts?.skipped ?? []),
  };
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
  expect((await heardOf("bot")).outcomes).toEqual(["success", "success", "success"]);
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
  const { status, outcomes, skipped } = await heardOf("sync");
  expect({ status, outcomes }).toEqual({ status: "up", outcomes: ["success", "success"] });
  expect(skipped).toHaveLength(2);
  expect(skipped[0]).toMatch(/^another instance is running \(pid \d+, since /);
});

test("while Overdue cannot be asked for the lease, the job is skipped, or runs if that is what was asked", async () => {
  const { env } = place();
  const words = ["run", "--check", "http://127.0.0.1:1/ping/key/billing", "--lock", "server"];
  const run = (...more: string[]) =>
    overdue({ env: { ...env } }, [...words, ...more, "--", "echo", "ran"]).ended;
  expect(await run()).toMatchObject({ status: 75, stdout: Buffer.from("") });
  expect(await run("--if-unreachable", "run")).toMatchObject({ status: 0, stdout: Buffer.from("ran\n") });
});
