import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

import type { PingClient } from "./client.ts";
import { type Episode, type Ledger, now } from "./ledger.ts";
import type { Random } from "./random.ts";

/** A simulated job with its check. `habit`: what goes wrong with it from time to time. */
export type Job = {
  id: string;
  checkId: string;
  pingUuid: string;
  periodMs: number;
  habit: "healthy" | "stop" | "fail" | "overrun";
};

/** Checks shorter than a person may set, so that minutes show what else takes days. */
export const GRACE_SECONDS = 10;
export const RUN_SECONDS_MAX = 12;
/** A job that slept for less than this too long is not worth a note. */
const LATE_MS_MIN = 1_000;
const STEP_MS = 250;

/** A span in which a job, or the harness as a whole, got no processor time although it wanted to go on. */
export type Delay = { from: number; until: number };

/** What a job has heard from its provider: resolves when a message of this type about its check was taken after `since`. */
type Heard = (job: Job, type: "check.down" | "check.up", since: number) => boolean;

type World = {
  client: PingClient;
  ledger: Ledger;
  random: Random;
  heard: Heard;
  /** False once no job may have a problem any more. */
  mayFail: () => boolean;
  /** True once every job ends. */
  isOver: () => boolean;
};

/**
 * Lives the life of one job. A job with a problem keeps it until its provider was notified, and recovers then; it has the next
 * again only after its recovery was notified. So what is expected never depends on how fast the product is.
 * @returns the spans by which the job itself was late, for which the product is not to be blamed
 */
export async function live(job: Job, world: World): Promise<Delay[]> {
  const late: Delay[] = [];
  const { random } = world;
  await rest(random.next() * job.periodMs, world);
  let problemAt = now() + random.between(5_000, 40_000);
  while (!world.isOver()) {
    const begun = now();
    await runOnce(job, world);
    if (job.habit !== "healthy" && now() > problemAt && world.mayFail()) {
      await problem(job, world);
      problemAt = now() + random.between(10_000, 60_000);
      continue;
    }
    // It is not its own doing that a ping had to be sent again and again.
    const restedUntil = Math.max(now(), begun + job.periodMs);
    await rest(restedUntil - now(), world);
    if (now() - restedUntil > LATE_MS_MIN) late.push({ from: restedUntil, until: now() });
  }
  return late;
}

async function rest(ms: number, { isOver }: World): Promise<void> {
  const until = now() + ms;
  while (now() < until && !isOver()) await wait(Math.max(1, Math.min(until - now(), 1_000)));
}

async function runOnce(job: Job, { client, random }: World): Promise<void> {
  if (job.habit !== "overrun") return void (await client.ping(job, "success"));
  const rid = randomUUID();
  if (!(await client.ping(job, "start", rid))) return;
  await wait(random.between(100, 1_000));
  await client.ping(job, "success", rid);
}

async function problem(job: Job, world: World): Promise<void> {
  const { client, ledger, heard } = world;
  if (job.habit === "healthy") return;
  const episode: Episode = { job: job.id, kind: job.habit, from: now(), until: null };
  ledger.episode(episode);
  if (job.habit === "fail") await client.ping(job, "fail");
  if (job.habit === "overrun") await client.ping(job, "start");
  await until(() => heard(job, "check.down", episode.from), world);
  if (world.isOver()) return;
  const recoveredAt = now();
  await runOnce(job, world);
  // It goes on as ever while its recovery is on its way to the provider.
  while (!world.isOver() && !heard(job, "check.up", recoveredAt)) {
    await rest(job.periodMs, world);
    if (!world.isOver() && !heard(job, "check.up", recoveredAt)) await runOnce(job, world);
  }
  if (!world.isOver()) episode.until = now();
}

async function until(isReached: () => boolean, { isOver }: World): Promise<void> {
  while (!isOver() && !isReached()) await wait(STEP_MS);
}
