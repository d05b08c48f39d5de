import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { type Overdue, startOverdue } from "../clients/harness/overdue.ts";
import { type Trial, tryAll } from "../support/try-all.ts";
import type { Steps } from "../support/steps.ts";
import {
  AGENT_KUBECONFIG,
  type Cluster,
  cronJob,
  grantLeastRights,
  kube,
  recordJobs,
  type SeenJob,
  startCluster,
} from "./cluster.ts";

// npm run test:kubernetes -- DIR: the agent against a real control plane that e2e/kubernetes/build.sh DIR has built.
const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write("Give the folder in which e2e/kubernetes/build.sh has built the control plane.\n");
  process.exit(2);
}

const CRONJOBS = "/apis/batch/v1/namespaces/default/cronjobs";
const JOBS = "/apis/batch/v1/namespaces/default/jobs";
const SECOND_MS = 1_000;

/** Each CronJob, and the pings that its check must have got in its first two minutes. */
const EXPECTED: readonly (readonly [name: string, object: object, seen: RegExp])[] = [
  ["success", cronJob("success", {}), /start.*success/],
  [
    "back-off-limit",
    cronJob("back-off-limit", { job: { backoffLimit: 1 }, annotations: { exit: "3" } }),
    /start.*fail 3/,
  ],
  ["exit-code", cronJob("exit-code", { annotations: { exit: "42" } }), /start.*fail 42/],
  [
    "memory",
    cronJob("memory", { annotations: { exit: "137", reason: "OOMKilled" } }),
    /fail 137.*OOMKilled|OOMKilled.*fail 137/,
  ],
  [
    "deadline",
    cronJob("deadline", { job: { activeDeadlineSeconds: 5 }, annotations: { stuck: "1" } }),
    /fail.*DeadlineExceeded/,
  ],
  [
    "image",
    cronJob("image", { spec: { concurrencyPolicy: "Forbid" }, annotations: { wait: "ImagePullBackOff" } }),
    /fail.*ImagePullBackOff/,
  ],
  [
    "account",
    cronJob("account", { spec: { concurrencyPolicy: "Forbid" }, pod: { serviceAccountName: "missing" } }),
    /fail.*FailedCreate/,
  ],
  [
    "replace",
    cronJob("replace", { spec: { concurrencyPolicy: "Replace" }, annotations: { stuck: "1" } }),
    /fail.*Replaced/,
  ],
  [
    "forbid",
    cronJob("forbid", { spec: { concurrencyPolicy: "Forbid" }, annotations: { run: "200" } }),
    /start.*concurrencyPolicy is Forbid/,
  ],
  [
    "no-history",
    cronJob("no-history", { spec: { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 } }),
    /start.*success/,
  ],
  ["no-ttl", cronJob("no-ttl", { job: { ttlSecondsAfterFinished: 0 } }), /start.*success/],
];

/** Starts the agent in one namespace, with the least rights. */
async function startAgent(overdue: Overdue) {
  const kubeconfig = join(await overdue.folder(), "kubeconfig");
  await writeFile(kubeconfig, AGENT_KUBECONFIG);
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    OVERDUE_URL: overdue.origin,
    OVERDUE_API_KEY: overdue.keys.write,
  };
  const main = join(import.meta.dirname, "../../packages/cli/src/main.ts");
  return spawn(process.execPath, [main, "agent", "kubernetes", "--namespace", "default"], {
    env,
    stdio: "inherit",
  });
}

type Ping = {
  number: number;
  kind: string;
  rid: string | null;
  exitStatus: number | null;
  bodyBytes: number;
};

/** The pings of a CronJob's check, the oldest first, with their bodies. */
async function pingsOf(overdue: Overdue, name: string): Promise<(Ping & { body: string })[]> {
  const headers = { "x-api-key": overdue.keys.write };
  const { id } = await overdue.checkNamed(`default/${name}`);
  const url = `${overdue.projectUrl}/checks/${id}/pings`;
  const page = (await (await fetch(`${url}?limit=100`, { headers })).json()) as { items: Ping[] };
  const bodies = page.items.map(async ({ number, bodyBytes }) =>
    bodyBytes === 0 ? "" : (await fetch(`${url}/${number}/body`, { headers })).text(),
  );
  const texts = await Promise.all(bodies);
  return page.items.map((ping, index) => ({ ...ping, body: texts[index] ?? "" })).toReversed();
}

/** `start Job …; fail 3 Container main …` */
async function pingTexts(overdue: Overdue, name: string): Promise<string> {
  const pings = await pingsOf(overdue, name);
  return pings
    .map(({ kind, exitStatus, body }) => `${kind} ${exitStatus === null ? "" : `${exitStatus} `}${body}`)
    .join("; ")
    .replaceAll("\n", " ");
}

/** Looks until it sees what is expected, and gives the part that shows it. */
async function until(look: () => Promise<string>, expected: RegExp, seconds: number): Promise<string> {
  const end = Date.now() + seconds * SECOND_MS;
  for (;;) {
    const text = await look().catch((error: Error) => error.message);
    const found = expected.exec(text)?.[0];
    if (found !== undefined) return found;
    if (Date.now() > end) return text;
    await pause(2);
  }
}

async function pause(seconds: number): Promise<void> {
  await new Promise((done) => setTimeout(done, seconds * SECOND_MS));
}

/** Waits until so many seconds of a minute are over. */
async function atSecond(second: number): Promise<void> {
  const now = (Date.now() / SECOND_MS) % 60;
  await pause((second - now + 60) % 60);
}

/** Compares what a check has heard with the Jobs that there were. @returns "all once", or each difference */
async function compare({ overdue, jobs, away }: Setting, name: string): Promise<string> {
  const pings = await pingsOf(overdue, name);
  const count = (uid: string, isStart: boolean) =>
    pings.filter(({ rid, kind }) => rid === uid && kind !== "log" && (kind === "start") === isStart).length;
  const own = [...jobs].filter(([, job]) => job.name.replace(/-(?:\d+|manual)$/, "") === name);
  const differences = own.flatMap(([uid, { name: job, createdAt, hasEnded, goneAt }]) => {
    if (createdAt >= away.from && goneAt !== null && goneAt <= away.to) return [];
    const [starts, ends] = [count(uid, true), count(uid, false)];
    const isRight = starts === 1 && (hasEnded || goneAt !== null ? ends === 1 : ends <= 1);
    return isRight ? [] : [`${job}: ${starts} starts, ${ends} ends`];
  });
  const uids = new Set(own.map(([uid]) => uid));
  for (const { rid, kind } of pings)
    if (kind !== "log" && !uids.has(rid ?? "")) differences.push(`${kind} of no Job, ${rid}`);
  return differences.length === 0 ? `all ${own.length} once` : differences.join("; ");
}

const ONCE = /^all \d+ once$/;

/** `away`: while the agent was killed. What began and was deleted then left no trace that it could find. */
type Setting = {
  steps: Steps;
  overdue: Overdue;
  jobs: ReadonlyMap<string, SeenJob>;
  away: { from: number; to: number };
};

async function tryAgent(
  { steps, overdue }: Pick<Setting, "steps" | "overdue">,
  cluster: Cluster,
): Promise<void> {
  const setting = { steps, overdue, jobs: await recordJobs(), away: { from: 0, to: 0 } };
  let agent = await startAgent(overdue);
  try {
    for (const [, object] of EXPECTED) await kube("POST", CRONJOBS, object);
    for (const [name, , expected] of EXPECTED)
      await steps.step(name, expected, () => until(() => pingTexts(overdue, name), expected, 330));
    await tryChanges(setting);
    await steps.step("killed over one due time, and started again", ONCE, async () => {
      await atSecond(50);
      agent.kill("SIGKILL");
      setting.away.from = Date.now();
      await pause(40);
      agent = await startAgent(overdue);
      setting.away.to = Date.now();
      await pause(15);
      return await until(() => compare(setting, "success"), ONCE, 60);
    });
    await steps.step("controllers away over three due times", /No Job was started for .*/, async () => {
      await atSecond(50);
      cluster.holdControllers();
      await pause(190);
      cluster.resumeControllers();
      return await until(() => pingTexts(overdue, "success"), /log No Job was started for .*/, 120);
    });
    for (const name of [...EXPECTED.map(([story]) => story), "by-hand"])
      await steps.step(`${name}: each Job once`, ONCE, () => until(() => compare(setting, name), ONCE, 20));
  } finally {
    agent.kill("SIGKILL");
  }
}

/** What people do to CronJobs. */
async function tryChanges({ steps, overdue }: Setting): Promise<void> {
  await steps.step("a run started by hand", /started by hand.*success/, async () => {
    const made = (await kube("POST", CRONJOBS, cronJob("by-hand", { schedule: "0 0 1 1 *" }))) as Made;
    await kube("POST", JOBS, jobByHand(made));
    return await until(() => pingTexts(overdue, "by-hand"), /start.*success.*/, 60);
  });
  await steps.step("suspend and resume", /suspended.*resumed/, async () => {
    await kube("PATCH", `${CRONJOBS}/success`, { spec: { suspend: true } });
    await kube("PATCH", `${CRONJOBS}/success`, { spec: { suspend: false } });
    return await until(() => pingTexts(overdue, "success"), /is suspended.*is resumed/, 60);
  });
  await steps.step("an edited schedule moves the check", /\*\/2 \* \* \* \*/, async () => {
    await kube("PATCH", `${CRONJOBS}/exit-code`, { spec: { schedule: "*/2 * * * *" } });
    const check = await overdue.checkNamed("default/exit-code");
    return await until(() => overdue.field(check, "schedule"), /\*\/2.*/, 60);
  });
  await steps.step("a CronJob deleted with its Job", DELETED, async () => {
    await kube("DELETE", `${CRONJOBS}/forbid?propagationPolicy=Background`);
    return await until(() => pingTexts(overdue, "forbid"), DELETED, 60);
  });
}

const DELETED = /fail JobDeleted.*|log The CronJob was deleted.*/;

type Made = { metadata: { name: string; uid: string }; spec: { jobTemplate: { spec: object } } };

/** What `kubectl create job --from` makes. */
function jobByHand({ metadata: { name, uid }, spec }: Made) {
  const owner = { apiVersion: "batch/v1", kind: "CronJob", name, uid, controller: true };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${name}-manual`,
      namespace: "default",
      annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
      ownerReferences: [owner],
    },
    spec: spec.jobTemplate.spec,
  };
}

const agentTrial: Trial = {
  name: "Kubernetes",
  run: async (steps) => {
    const cluster = await startCluster(resolve(folder));
    try {
      steps.version = "1.37.2";
      await grantLeastRights();
      const overdue = await startOverdue();
      try {
        await tryAgent({ steps, overdue }, cluster);
      } finally {
        await overdue.stop();
      }
    } finally {
      await cluster.stop();
    }
  },
};

process.exit((await tryAll("cluster", [agentTrial])) === 0 ? 0 : 1);
