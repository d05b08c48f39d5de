import type { Ping, PingKind } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { DAY, MINUTE, SECOND } from "../history/history.ts";
import type { Random } from "../random.ts";
import type { Arrival, Habits, Imperfections, Lengths, TrueRun } from "./world.ts";

/** When `curl -m 10 --retry 5` tries again: if no response comes, and if the connection ends at once. */
const RETRIES_MS = [
  [11_000, 23_000, 37_000, 55_000, 81_000],
  [1_000, 3_000, 7_000, 15_000, 31_000],
] as const;

type Course = {
  habits: Habits;
  imperfections: Imperfections;
  dues: readonly Instant[];
  /** How long after its due time the scheduler starts a run. */
  delayOf: (dueAt: Instant) => number;
  gapMs: number;
} & Lengths;
type Job = Course & {
  random: Random;
  clocks: Record<string, Clock>;
  sent: number;
  /** The run before this one was left out. */
  isAfterGap: boolean;
};

/** The run of each due time; some are left out. */
export function makeRuns(random: Random, course: Course): TrueRun[] {
  const { skewMs } = course.imperfections;
  const [begin = 0] = course.dues;
  const clocks = { a: makeClock(random, skewMs, begin), b: makeClock(random, skewMs, begin) };
  const job = { ...course, random, clocks, sent: 0, isAfterGap: false };
  return course.dues.map((dueAt) => {
    const leftOut = random.chance(course.imperfections.leftOut);
    const slot = { dueAt, startsAt: dueAt + course.delayOf(dueAt) };
    const arrivals = leftOut ? [] : hostsOf(job).flatMap((host) => run(job, slot, host));
    job.isAfterGap = leftOut;
    return { dueAt, leftOut, arrivals };
  });
}

function hostsOf({ habits, random }: Job): string[] {
  if (habits.hosts === "both" || habits.hosts === "nat") return ["a", "b"];
  return [habits.hosts === "either" ? random.pick(["a", "b"]) : "a"];
}

/** One run on one machine: its start, its end, and their retries, as they arrive. */
function run(job: Job, slot: { dueAt: Instant; startsAt: Instant }, machine: string): Arrival[] {
  const { random, habits, imperfections, slackMs, longestMs } = job;
  const { dueAt, startsAt } = slot;
  const firedAt = job.clocks[machine]?.(startsAt) ?? startsAt;
  const startedAt = firedAt + random.whole(0, imperfections.late ? slackMs / 5 : 2 * SECOND);
  const shortestMs = habits.parallel ? longestMs * 0.7 : 50;
  const takesMs = random.chance(0.5) ? shortestMs : random.whole(shortestMs, longestMs);
  const rid = habits.runIds && habits.starts ? runId(random) : null;
  const source = {
    rid,
    host: addressOf(habits, machine),
    digest: random.chance(0.2) ? "d" : null,
    ...(habits.namesSlot && { dueAt }),
  };
  if (!habits.starts)
    return sentOf(job, pingOf(job, "success", { ...source, at: startedAt + takesMs + delay(job) }), {
      counts: true,
    });
  const start = pingOf(job, "start", { ...source, digest: null, at: startedAt + delay(job) });
  const starts = sentOf(job, start, {
    counts: job.limitMs !== null,
    withinMs: Math.min(
      habits.background ? knownWithinMs(job) : slackMs / 5,
      unclearFromMs(job, start, dueAt),
    ),
  });
  const waitedMs = habits.background ? 0 : (starts.at(-1)?.ping.at ?? startedAt) - startedAt;
  const end = pingOf(job, "success", { ...source, at: startedAt + waitedMs + takesMs + delay(job) });
  if (habits.background && takesMs < 10 * SECOND && random.chance(imperfections.swaps)) {
    const swapped = { ...start, at: end.at + random.whole(1, 5 * SECOND) };
    const again = sentOf(job, swapped, { counts: false, withinMs: knownWithinMs(job) });
    return [...again, ...sentOf(job, end, { counts: true })];
  }
  const isOvertaken = end.at < start.at;
  const counted = starts.map((sent) => ({ ...sent, counts: sent.counts && !isOvertaken }));
  return [...counted, ...sentOf(job, end, { counts: job.limitMs === null || isOvertaken })];
}

/**
 * How long a start in the background is sent again. A repeated start may look like a further run, which lasts until its limit;
 * if that reaches to the next run, an end that overtook its start could belong to either.
 */
function knownWithinMs({ habits, gapMs, limitMs, graceMs }: Job): number {
  return habits.runIds ? Infinity : Math.max(0, gapMs - (limitMs ?? graceMs) - 20 * SECOND);
}

/**
 * How soon a repeated start becomes ambiguous. After a run that was left out, a start just before its due time may be that run,
 * late, and its repeat after the due time may be the run that is due: without run ids both cases give the same pings.
 */
function unclearFromMs({ habits, isAfterGap, gapMs }: Job, { at }: Ping, dueAt: Instant): number {
  if (habits.runIds || !isAfterGap || gapMs > 2 * MINUTE) return Infinity;
  return at < dueAt ? dueAt - at : Infinity;
}

function addressOf({ hosts }: Habits, machine: string): string | null {
  if (hosts === "unknown") return null;
  return hosts === "nat" ? "shared" : machine;
}

/** A ping and, if its responses were lost, one to five retries, as far as there is time. */
function sentOf(
  job: Job,
  ping: Ping,
  { counts, withinMs = Infinity }: { counts: boolean; withinMs?: number },
): Arrival[] {
  const { random, imperfections } = job;
  const first = { ping, firstAt: null, counts };
  if (!random.chance(imperfections.retries)) return [first];
  // Once the next run is due, a retry looks like that run.
  const knowableMs = job.gapMs > 2 * 90 * SECOND ? Infinity : job.gapMs / 2;
  const again = random
    .pick(RETRIES_MS)
    .slice(0, random.whole(1, 5))
    .filter((afterMs) => afterMs <= Math.min(withinMs, knowableMs))
    .map((afterMs) => pingOf(job, ping.kind, { ...ping, at: ping.at + afterMs + random.whole(0, 200) }));
  return [first, ...again.map((retry) => ({ ping: retry, firstAt: ping.at, counts }))];
}

function delay({ random, imperfections, slackMs }: Job): number {
  return random.whole(5, imperfections.slow ? Math.min(slackMs / 10, 30 * SECOND) : 300);
}

type Sent = Pick<Ping, "at" | "rid" | "host" | "digest" | "dueAt">;

function pingOf(job: Job, kind: PingKind, { at, ...source }: Sent): Ping {
  job.sent += 1;
  return { id: `p${job.sent}`, kind, at: Math.round(at), exitStatus: null, ...source };
}

/** A run id in the form that clients send, distinct within a world. */
function runId(random: Random): string {
  return `0000-${random.whole(0, 2 ** 48 - 1).toString(16)}`;
}

/** When a host with a wrong clock starts what is due at an instant. */
type Clock = (dueAt: Instant) => Instant;

/** Wrong by up to `skewMs` either way; it drifts to the other side and back within days, as a bad clock under NTP does. */
function makeClock(random: Random, skewMs: number, begin: Instant): Clock {
  const aheadMs = random.whole(-skewMs, skewMs);
  const swingMs = random.chance(0.5) ? 0 : random.whole(0, skewMs);
  const everyMs = random.pick([DAY / 24, DAY, 7 * DAY]);
  return (dueAt) => {
    const drifted = aheadMs + swingMs * Math.sin(((dueAt - begin) / everyMs) * 2 * Math.PI);
    return dueAt - Math.round(Math.max(-skewMs, Math.min(skewMs, drifted)));
  };
}
