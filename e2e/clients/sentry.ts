import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromNpm, fromPyPi } from "./harness/install.ts";
import { dsnOf } from "./harness/overdue.ts";
import { outputOf, run } from "./harness/run.ts";
import { withOverdue } from "./harness/shared.ts";

/** Sentry's command line, in two generations. */
export const sentryClis: Trial[] = ["3.8.0", "2.58.2"].map((version) => ({
  name: "sentry-cli",
  run: withOverdue(async (steps, overdue) => {
    const folder = await fromNpm(`@sentry/cli@${version}`);
    steps.version = version;
    const monitor = (job: string, script: string, { options = [] as string[], dsn = dsnOf(overdue) } = {}) =>
      run(
        join(folder, "node_modules/@sentry/cli-linux-x64/bin/sentry-cli"),
        ["monitors", "run", ...options, job, "--", "sh", "-c", script],
        { env: { SENTRY_DSN: dsn } },
      );
    const job = `My Job! ü ${version}`;
    const slug = `my-job-u-${version.replaceAll(".", "-")}`;
    const options = ["--schedule", "5 * * * *", "--timezone", "Europe/Berlin", "--check-in-margin", "7"];
    await steps.step("a run with a schedule makes the check", "0 start, success; run success", async () => {
      const { code } = await monitor(job, "sleep 0.1", { options });
      return `${code} ${await overdue.seen(await overdue.checkNamed(job))}`;
    });
    await steps.step(
      "with the settings that it names",
      /^420 .*Berlin.*"expression":"5 \* \* \* \*"/,
      async () => {
        const check = await overdue.checkNamed(job);
        return `${await overdue.field(check, "graceSeconds")} ${await overdue.field(check, "schedule")}`;
      },
    );
    await steps.step("a run that fails", /^3 .*; run success; run fail$/, async () => {
      const { code } = await monitor(job, "exit 3", { options });
      return `${code} ${await overdue.seen(await overdue.checkNamed(job))}`;
    });
    await steps.step("an unknown key and an unknown check do not stop the job", "0 0", async () => {
      const wrong = await monitor("x", "true", { dsn: dsnOf(overdue, "nobody") });
      const unknown = await monitor(`unknown to all ${slug}`, "true");
      return `${wrong.code} ${unknown.code}`;
    });
  }),
}));

const NODE = `
const Sentry = require("@sentry/node");
const [dsn, prefix] = process.argv.slice(1);
// Version 8 hands on the error of a job to nobody, too, which would end the process.
process.on("unhandledRejection", () => {});
Sentry.init({ dsn, defaultIntegrations: false });
const schedule = { type: "crontab", value: "*/1 * * * * *" };
const limits = { checkinMargin: 2, maxRuntime: 10, timezone: "Etc/UTC" };
async function main() {
  await Sentry.withMonitor(prefix + "-good", () => new Promise((done) => setTimeout(done, 50)), { schedule, ...limits });
  await Sentry.withMonitor(prefix + "-bad", () => Promise.reject(new Error("boom")), { schedule, ...limits }).catch(() => {});
  Sentry.captureMessage("an event that is not for a monitor of jobs");
  const { CronJob } = require("cron");
  const Job = Sentry.cron.instrumentCron(CronJob, prefix + "-cron");
  const cron = Job.from({ cronTime: "* * * * * *", onTick: () => cron.stop(), start: true, timeZone: "Europe/Berlin" });
  const nodeCron = Sentry.cron.instrumentNodeCron(require("node-cron"));
  const task = nodeCron.schedule("* * * * * *", () => task.stop(), { name: prefix + "-node-cron", timezone: "Europe/Berlin" });
  const nodeSchedule = Sentry.cron.instrumentNodeSchedule(require("node-schedule"));
  const planned = nodeSchedule.scheduleJob(prefix + "-node-schedule", "* * * * * *", () => planned.cancel());
  setTimeout(() => Sentry.flush(5000).then(() => process.exit(0)), 2500);
}
main();
`;

/** Sentry for Node, with its instrumentations of three schedulers. */
export const sentryNode: Trial[] = ["11.12.0", "8.55.2"].map((version) => ({
  name: "sentry-node",
  run: withOverdue(async (steps, overdue) => {
    const others = ["cron@4.4.0", "node-cron@4.6.0", "node-schedule@2.1.1"];
    const folder = await fromNpm(`@sentry/node@${version}`, ...others);
    steps.version = version;
    const prefix = `node-${version.replaceAll(".", "-")}`;
    const ends = {
      good: "success",
      bad: "fail",
      cron: "success",
      "node-cron": "success",
      "node-schedule": "success",
    };
    await outputOf(process.execPath, ["-e", NODE, dsnOf(overdue), prefix], { cwd: folder });
    for (const [job, outcome] of Object.entries(ends))
      await steps.step(job, new RegExp(`; run ${outcome}`), async () =>
        overdue.seen(await overdue.checkNamed(`${prefix}-${job}`)),
      );
    await steps.step("six fields are read as the package cron reads them", /cron-kelektiv/, async () =>
      overdue.field(await overdue.checkNamed(`${prefix}-good`), "schedule"),
    );
  }),
}));

const PYTHON = `
import sys, sentry_sdk
from sentry_sdk.crons import monitor, capture_checkin
sentry_sdk.init(dsn=sys.argv[1])
config = {"schedule": {"type": "crontab", "value": "0 3 * * *"}, "timezone": "Europe/Berlin", "checkin_margin": 5}
with monitor(monitor_slug="python-good", monitor_config=config):
    pass
try:
    with monitor(monitor_slug="python-bad", monitor_config=config):
        raise ValueError("boom")
except ValueError:
    pass
sentry_sdk.capture_message("an event")
capture_checkin(monitor_slug="python-good", status="ok", duration=12.5)
sentry_sdk.flush()
`;

/** Sentry for Python, which packs what it sends. */
export const sentryPython: Trial = {
  name: "sentry-python",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("sentry-sdk==2.75.0");
    steps.version = "2.75.0";
    await python.run(PYTHON, [dsnOf(overdue)]);
    const seen = async (name: string) => overdue.seen(await overdue.checkNamed(name));
    await steps.step(
      "a monitor, and a check-in by itself",
      /^start, success, success; run success; run success$/,
      () => seen("python-good"),
    );
    await steps.step("one whose job raises", "start, fail; run fail", () => seen("python-bad"));
    await steps.step("the schedule as Celery reads it", /Berlin.*"scheduler":"celery"/, async () =>
      overdue.field(await overdue.checkNamed("python-good"), "schedule"),
    );
  }),
};
