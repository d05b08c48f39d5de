import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { type Overdue, startOverdue } from "../clients/harness/overdue.ts";
import { type Trial, tryAll } from "../support/try-all.ts";
import { AGENT_KUBECONFIG, cronJob, grantLeastRights, kube, startCluster } from "./cluster.ts";

// npm run test:kubernetes -- DIR: the agent against a real control plane that e2e/kubernetes/build.sh DIR has built.
const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write("Give the folder in which e2e/kubernetes/build.sh has built the control plane.\n");
  process.exit(2);
}

const CRONJOBS = "/apis/batch/v1/namespaces/default/cronjobs";
const SECOND_MS = 1_000;

/** Each CronJob, and what its check must have heard of its first two minutes. */
const STORIES: readonly (readonly [name: string, object: object, seen: RegExp])[] = [
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

/** The pings of a check with their bodies, and its runs. */
async function heard(overdue: Overdue, name: string): Promise<string> {
  return await overdue
    .seen(await overdue.checkNamed(`default/${name}`))
    .catch((error: Error) => error.message);
}

async function until(look: () => Promise<string>, expected: RegExp, seconds: number): Promise<string> {
  let text = await look();
  for (
    const end = Date.now() + seconds * SECOND_MS;
    !expected.test(text) && Date.now() < end;
    text = await look()
  )
    await new Promise((done) => setTimeout(done, SECOND_MS));
  return text.replaceAll("\n", " ");
}

const agentTrial: Trial = {
  name: "Kubernetes",
  run: async (steps) => {
    const cluster = await startCluster(resolve(folder));
    const overdue = await startOverdue();
    steps.version = "1.37.2";
    await grantLeastRights();
    let agent = await startAgent(overdue);
    try {
      for (const [, object] of STORIES) await kube("POST", CRONJOBS, object);
      for (const [name, , expected] of STORIES)
        await steps.step(name, expected, () => until(() => heard(overdue, name), expected, 420));
      await steps.step("suspend and resume", /suspended.*resumed/, async () => {
        await kube("PATCH", `${CRONJOBS}/success`, { spec: { suspend: true } });
        await kube("PATCH", `${CRONJOBS}/success`, { spec: { suspend: false } });
        return await until(() => heard(overdue, "success"), /suspended.*resumed/s, 60);
      });
      await steps.step("an edited schedule moves the check", /\*\/2 \* \* \* \*/, async () => {
        await kube("PATCH", `${CRONJOBS}/exit-code`, { spec: { schedule: "*/2 * * * *" } });
        const check = await overdue.checkNamed("default/exit-code");
        return await until(() => overdue.field(check, "schedule"), /\*\/2/, 60);
      });
      await steps.step(
        "killed and started again: as many runs as Jobs, each with one end",
        /^same$/,
        async () => {
          agent.kill("SIGKILL");
          await new Promise((done) => setTimeout(done, 130 * SECOND_MS));
          agent = await startAgent(overdue);
          await new Promise((done) => setTimeout(done, 30 * SECOND_MS));
          const text = await heard(overdue, "no-ttl");
          const [starts, ends] = [/start/g, /success/g].map((word) => text.match(word)?.length ?? 0);
          return Math.abs((starts ?? 0) - (ends ?? 0)) <= 1 ? "same" : text;
        },
      );
    } finally {
      agent.kill("SIGKILL");
      await overdue.stop();
      await cluster.stop();
    }
  },
};

process.exit((await tryAll("cluster", [agentTrial])) === 0 ? 0 : 1);
