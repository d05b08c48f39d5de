import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";

import { defaultSettings, newCheck, nextAt } from "@overdue/core";
import {
  ALONE,
  asOneTransaction,
  changeCheck,
  createCheck,
  createProject,
  type Db,
  findIncidents,
  findUserByEmail,
  joinStorm,
  type Keyring,
  openDb,
  type Pool,
  recordPings,
  schema,
} from "@overdue/db";
import { HOUR_MS, MINUTE_MS } from "@overdue/schedules";

import { withInstance } from "../../apps/supervisor/src/admin/instance.ts";
import { seedActs } from "./acts.ts";
import { channelsOf, type Channels, seedAlerting, seedMaintenance } from "./alerting.ts";
import { breakTickets, moveChannelTimes, recordDeliveries } from "./deliveries.ts";
import { historyOf, historyStart, HOST_OUTAGES, outagesBefore } from "./history.ts";
import { type Job, JOBS } from "./jobs.ts";
import { seedStatusPage } from "./status-page.ts";

/**
 * "npm run seed -- --email ada@example.org": creates a project with 60 checks and 90 days of plausible history for an account,
 * with the same functions that record real pings: incidents, deliveries with receipts, channels of several kinds (one of them
 * broken), an on-call rotation, routes, maintenance windows and a status page. The instance may be running: each check appears with its whole history at
 * once. `--checks 1000` creates that many, by repeating the jobs with numbered names.
 */
const { values } = parseArgs({
  options: {
    help: { type: "boolean", short: "h" },
    email: { type: "string" },
    name: { type: "string" },
    checks: { type: "string" },
  },
});
if (values.help) {
  process.stdout.write(
    "npm run seed -- --email ada@example.org [--name 'Example company'] [--checks 60]\n" +
      "Makes a project of this account with checks and 90 days of history. DATA_DIR or DATABASE_URL: the instance.\n",
  );
  process.exit(0);
}
const BATCH = 250;
/** How long after a host's outage the last of its checks may still go down. */
const STORM_ENDS_MS = 2 * HOUR_MS;
const INCIDENTS_MAX = 20_000;

await withInstance(process.env, async ({ db, pool, keyring }) => {
  const owner = await findUserByEmail(db, values.email ?? "");
  if (owner === null) throw new Error("Give the address of an account: --email ada@example.org");
  const name = values.name ?? "Example company";
  const { id: projectId } = await createProject(db, { name, ownerId: owner.id });
  const count = Number(values.checks ?? JOBS.length);
  await seedOutages(db);
  const channels = await seedAlerting({ db, keyring, projectId });
  const seeded = { pool, keyring, projectId, channels };
  for (let number = 0; number < count; number += 1) await seedCheck(seeded, jobNumber(number));
  await asOneTransaction(pool, async (inside) => {
    await breakTickets(inside, { keyring, channels });
    await moveChannelTimes(inside, projectId);
  });
  await seedStorms(db, pool, projectId);
  await seedActs({ db, pool, projectId });
  await seedMaintenance({ db, projectId });
  await seedStatusPage(db, projectId);
  process.stdout.write(`Made ${count} checks in the project ${projectId}.\n`);
});

/** Records when Overdue itself was away. That holds for the whole instance: a second seed on the same day changes nothing. */
async function seedOutages(db: Db): Promise<void> {
  const spans = outagesBefore(Date.now()).map(({ from, until }) => ({
    startedAt: new Date(from),
    endedAt: new Date(until),
    appliedAt: new Date(until),
    cause: "restart" as const,
  }));
  await db.insert(schema.outages).values(spans).onConflictDoNothing();
}

/** Makes one storm of the incidents of each host's outage, as Overdue would have done when they opened. */
async function seedStorms(db: Db, pool: Pool, projectId: string): Promise<void> {
  const all = await findIncidents(
    pool,
    { projectId, openOnly: false },
    { limit: INCIDENTS_MAX, after: null },
  );
  const now = Date.now();
  for (const { host, fromMs, ms } of HOST_OUTAGES) {
    const [from, until] = [now - fromMs, now - fromMs + ms + STORM_ENDS_MS];
    const ids = all
      .filter((one) => one.host === host && one.openedAt >= from && one.openedAt < until)
      .map(({ id }) => id);
    if (ids.length > 1) await joinStorm(db, { projectId, stormId: null, shared: `host ${host}` }, ids);
  }
}

function jobNumber(number: number): Job {
  const job = JOBS[number % JOBS.length];
  if (job === undefined) throw new Error("There are no jobs.");
  const round = Math.floor(number / JOBS.length);
  return round === 0 ? job : { ...job, name: `${job.name} ${round + 1}`, now: "fine" };
}

type Seeded = { pool: Pool; keyring: Keyring; projectId: string; channels: Channels };

async function seedCheck({ pool, keyring, projectId, channels }: Seeded, job: Job): Promise<void> {
  const now = Date.now();
  const { name, severity, description, graceSeconds, metricLimits = [] } = job;
  const schedule = job.now === "late" ? dueMinutesAgo(job.schedule, now) : job.schedule;
  await asOneTransaction(pool, async (inside) => {
    const settings = { ...defaultSettings, schedule, graceSeconds, metricLimits };
    const check = newCheck(randomUUID(), historyStart(now), settings);
    const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    const details = { name, slug, tags: job.tags.join(" "), severity, description };
    const channelIds = channelsOf(job, channels);
    const input = { projectId, details, check, nextAt: nextAt(check), channelIds };
    const { id: checkId, pingUuid } = await createCheck(openDb(inside), input);
    const outages = outagesBefore(now);
    const past = (at: number) => outages.filter(({ until }) => until <= at);
    const arrivals = historyOf({ ...job, schedule }, pingUuid, now);
    // Pings that come together know of the same outages.
    const spells = Map.groupBy(arrivals, ({ record }) => past(record.receivedAt).length);
    for (const [count, some] of spells)
      for (let from = 0; from < some.length; from += BATCH) {
        const known = { ...ALONE, outages: outages.slice(0, count) };
        await recordPings(inside, some.slice(from, from + BATCH), known);
      }
    await recordDeliveries(inside, { keyring, checkId, channels });
    if (job.now === "paused")
      await changeCheck(inside, { projectId, checkId }, () => [{ kind: "pause", at: now }]);
  });
}

/** The same schedule, but due four minutes ago, so that its check is late now. */
function dueMinutesAgo(schedule: Job["schedule"], now: number): Job["schedule"] {
  if (schedule.kind !== "cron") return schedule;
  const minute = new Date(now - 4 * MINUTE_MS).getUTCMinutes();
  return { ...schedule, expression: schedule.expression.replace(/^\d+/, String(minute)) };
}
