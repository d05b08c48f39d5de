import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { findProjectChecks, listRuns } from "@overdue/db";
import { afterAll, expect, test, vi } from "vitest";

import { serveOverHttp } from "../test/healthchecks/serve.ts";
import { tenant } from "../test/healthchecks/tenant.ts";
import { KubernetesApi } from "../test/kubernetes.ts";

// The command overdue against the API as it is.
const served = await serveOverHttp();
const folder = mkdtempSync(join(tmpdir(), "overdue-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MAIN = join(import.meta.dirname, "../../../packages/cli/src/main.ts");

/** Runs the command with a key of the project. @returns what it prints on standard output */
async function overdue(apiKey: string, ...args: string[]): Promise<string> {
  const env = { OVERDUE_URL: served.url, OVERDUE_API_KEY: apiKey, HOME: folder };
  return (await promisify(execFile)(process.execPath, [MAIN, ...args], { env })).stdout;
}

test("discover makes a check of each job of a machine, and a second time changes nothing", async () => {
  const { project, keys } = await tenant(served);
  const root = join(folder, "machine");
  mkdirSync(join(root, "var/spool/cron/crontabs"), { recursive: true });
  writeFileSync(join(root, "var/spool/cron/crontabs/root"), "0 2 * * * /opt/backup\n*/5 * * * * /opt/sync\n");
  const discover = async (...args: string[]) =>
    JSON.parse(await overdue(keys.rw, "discover", "--root", root, "--host", "web1", ...args)) as {
      jobs: { slug: string; state: string; check: string | null }[];
    };
  const states = async (...args: string[]) => (await discover(...args)).jobs.map(({ state }) => state);
  expect(await states("--apply", "web1-backup")).toEqual(["not connected"]);
  expect(await states("--apply")).toEqual(["not connected", "not connected"]);
  const made = await findProjectChecks(served.db, project.id);
  expect(made.map(({ slug, graceSeconds, tags }) => ({ slug, graceSeconds, tags }))).toEqual([
    { slug: "web1-backup", graceSeconds: 3600, tags: "host:web1" },
    { slug: "web1-sync", graceSeconds: 300, tags: "host:web1" },
  ]);
  expect(await states("--apply")).toEqual(["not connected", "not connected"]);
  expect(await findProjectChecks(served.db, project.id)).toEqual(made);
});

test("import makes checks of another product's monitors that keep their tokens, and a second time changes nothing", async () => {
  const { project, keys } = await tenant(served);
  const file = join(folder, "snitches.json");
  const snitch = { name: "Nightly backup", tags: ["db"], status: "healthy", type: { interval: "daily" } };
  writeFileSync(
    file,
    JSON.stringify([
      { ...snitch, token: "c2354d53d2" },
      { ...snitch, name: "Guessed", token: "backup", status: "paused" },
      { ...snitch, name: "Odd", token: "x", type: { interval: "never" } },
    ]),
  );
  const run = async () =>
    JSON.parse(await overdue(keys.rw, "import", "deadmanssnitch", "--file", file)) as object;
  const odd = { check: "Odd", problem: "its interval, “never”, is unknown: make its check by hand." };
  const guessed = {
    check: "Guessed",
    problem: expect.stringMatching(
      /^its client needs the check's own ping URL, .* too easy to guess/,
    ) as string,
  };
  expect(await run()).toEqual({
    created: 2,
    alreadyThere: 0,
    completed: 0,
    problems: [guessed, odd],
    urls: [
      { check: "nightly-backup", url: `${served.url}/ping/c2354d53d2` },
      { check: "guessed", url: expect.stringMatching(/\/ping\/[\da-f-]{36}$/) as string },
    ],
  });
  expect((await fetch(`${served.url}/ping/c2354d53d2?m=done`)).status).toBe(202);
  const made = await findProjectChecks(served.db, project.id);
  expect(made).toMatchObject([
    { slug: "nightly-backup", status: "up", tags: "db", graceSeconds: 21_600 },
    { slug: "guessed", status: "paused" },
  ]);
  expect(await run()).toEqual({
    created: 0,
    alreadyThere: 2,
    completed: 0,
    urls: [],
    problems: [guessed, odd],
  });
  expect(await findProjectChecks(served.db, project.id)).toEqual(made);
});

test("the agent for Kubernetes reports each run once, though it is killed and a watch expires", async () => {
  const { project, keys } = await tenant(served);
  const cluster = new KubernetesApi();
  const server = await cluster.start();
  const kubeconfig = join(folder, "kubeconfig");
  const named = [
    {
      name: "x",
      cluster: { server },
      user: { token: "agenttoken" },
      context: { cluster: "x", user: "x" },
    },
  ];
  writeFileSync(
    kubeconfig,
    JSON.stringify({ "current-context": "x", clusters: named, users: named, contexts: named }),
  );
  const env = { KUBECONFIG: kubeconfig, OVERDUE_URL: served.url, OVERDUE_API_KEY: keys.rw, HOME: folder };
  const agents = new Set<ReturnType<typeof spawn>>();
  const startAgent = () => {
    const child = spawn(process.execPath, [MAIN, "agent", "kubernetes"], { env, stdio: "ignore" });
    agents.add(child);
    return child;
  };
  const stamp = () => new Date().toISOString();
  const meta = (uid: string, kind: string, owner: string) => ({
    uid,
    name: uid,
    namespace: "shop",
    creationTimestamp: stamp(),
    ownerReferences: [{ kind, name: owner, uid: owner, controller: true }],
  });
  const job = (uid: string, type?: string) => ({
    metadata: meta(uid, "CronJob", "cron-1"),
    status:
      type === undefined
        ? {}
        : { conditions: [{ type, status: "True", reason: `${type}Reason`, lastTransitionTime: stamp() }] },
  });
  const runs = async () => {
    const [check] = await findProjectChecks(served.db, project.id);
    if (check === undefined) return [];
    const rows = await listRuns(
      served.db,
      { projectId: project.id, checkId: check.id },
      { limit: 50, after: null },
    );
    return rows
      .map(({ rid, outcome, exitStatus }) => `${rid?.slice(0, 8)} ${outcome} ${exitStatus}`)
      .toSorted();
  };
  const uid = (number: number) => `0000000${number}-0000-4000-8000-000000000000`;
  const waitForRuns = async (...expected: string[]) =>
    await vi.waitFor(async () => expect(await runs()).toEqual(expected), { timeout: 40_000, interval: 100 });
  try {
    cluster.put("cronjobs", {
      metadata: { ...meta("cron-1", "None", ""), name: "backup" },
      spec: { schedule: "*/30 * * * *", timeZone: "Europe/Berlin", concurrencyPolicy: "Forbid" },
    });
    const first = startAgent();
    await vi.waitFor(async () => expect(await findProjectChecks(served.db, project.id)).toHaveLength(1), {
      timeout: 40_000,
    });
    cluster.put("jobs", job(uid(1)));
    await waitForRuns("00000001 running null");
    const terminated = { exitCode: 137, reason: "OOMKilled" };
    cluster.put("pods", {
      metadata: meta("pod-1", "Job", uid(1)),
      status: { phase: "Failed", containerStatuses: [{ name: "main", state: { terminated } }] },
    });
    cluster.put("jobs", job(uid(1), "Failed"));
    await waitForRuns("00000001 fail 137");
    cluster.put("jobs", job(uid(2)));
    await waitForRuns("00000001 fail 137", "00000002 running null");
    first.kill("SIGKILL");
    await once(first, "exit");
    // While it is away, one run ends and another begins and ends.
    cluster.put("jobs", job(uid(2), "Complete"));
    cluster.put("jobs", job(uid(3), "Complete"));
    startAgent();
    const settled = ["00000001 fail 137", "00000002 success null", "00000003 success null"];
    await waitForRuns(...settled);
    cluster.expire();
    cluster.put("jobs", job(uid(4)));
    await waitForRuns(...settled, "00000004 running null");
    cluster.put("jobs", job(uid(4), "Complete"));
    cluster.remove("jobs", job(uid(4), "Complete"));
    await waitForRuns(...settled, "00000004 success null");
    expect(await findProjectChecks(served.db, project.id)).toMatchObject([
      {
        slug: "shop-backup",
        schedule: {
          scheduler: "kubernetes",
          timezone: "Europe/Berlin",
          setup: { overlap: "one-at-the-end" },
        },
      },
    ]);
  } finally {
    for (const child of agents) child.kill("SIGKILL");
    cluster.stop();
  }
}, 120_000);
