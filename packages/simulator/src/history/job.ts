import { everyMs, type Instant, nextAfter } from "@overdue/schedules";
import type { CheckSettings, PingKind } from "@overdue/core";
import type { Random } from "../random.ts";
import { HOUR, MINUTE, SECOND, type Sending } from "./history.ts";

/** A job's habits: how it reports and how long it takes. */
export type Job = {
  random: Random;
  settings: CheckSettings;
  /** Sends a start ping before it works. */
  starts: boolean;
  usesRunIds: boolean;
  /** How often it misbehaves, of 1. */
  mischief: number;
  usualRunMs: number;
  /**
   * How often a run goes on past the next slot, whose own run then waits for its end. It has its own random numbers, so that
   * it does not change what else is drawn.
   */
  queue: { random: Random; often: number };
  /** Until when a run that others wait for goes on. */
  busyUntil: Instant;
};

export function makeJob(random: Random, settings: CheckSettings, queueRandom: Random): Job {
  const starts = random.chance(0.5);
  const isFixed = everyMs(settings.schedule) === null;
  return {
    random,
    settings,
    starts,
    queue: { random: queueRandom, often: isFixed && starts && queueRandom.chance(0.2) ? 0.1 : 0 },
    busyUntil: 0,
    // Only well-behaved jobs send starts without run ids, because what these mean can only be guessed.
    usesRunIds: starts || random.chance(0.5),
    mischief: random.pick([0, 0.02, 0.1, 0.3, 0.7]),
    usualRunMs: random.pick([0, 800, 20 * SECOND, 3 * MINUTE, HOUR]),
  };
}

/** The pings that the job sends for the slot that is due at `slot`. */
export function sendPings(job: Job, slot: Instant): Sending[] {
  if (slot < job.busyUntil) return [];
  if (job.queue.random.chance(job.queue.often)) return queuedRuns(job, slot);
  const behaviour = job.random.chance(job.mischief) ? job.random.pick(MISCHIEF) : onTime;
  return behaviour(job, slot);
}

type Behaviour = (job: Job, slot: Instant) => Sending[];

const onTime: Behaviour = (job, slot) => run(job, slot + job.random.whole(0, 5 * SECOND));
const sharp: Behaviour = (job, slot) => run(job, slot);
const early: Behaviour = (job, slot) =>
  run(job, slot - around(job.random, job.random.pick([MINUTE, job.settings.earlyMarginSeconds * SECOND])));
const late: Behaviour = (job, slot) =>
  run(job, slot + job.random.whole(0, 2 * job.settings.graceSeconds * SECOND));
const atTheDeadline: Behaviour = (job, slot) =>
  run(job, slot + around(job.random, (job.settings.graceSeconds + job.settings.jitterSeconds) * SECOND));
/** A run just before its deadline, and a log shortly after it: the two may overtake each other. */
const lastMinute: Behaviour = (job, slot) => {
  const deadlineMs = (job.settings.graceSeconds + job.settings.jitterSeconds) * SECOND;
  const sent = run(job, slot + deadlineMs - job.random.whole(1, 5 * SECOND), { takesMs: 0 });
  return sent.flatMap((one) => [one, { ...one, kind: "log", at: one.at + job.random.whole(1, 10 * SECOND) }]);
};
const missing: Behaviour = () => [];
const failing: Behaviour = (job, slot) => run(job, slot, { end: "fail" });
const hanging: Behaviour = (job, slot) => (job.starts ? run(job, slot, { end: null }) : []);
const slow: Behaviour = (job, slot) => run(job, slot, { takesMs: around(job.random, limitMs(job.settings)) });
const quick: Behaviour = (job, slot) =>
  run(job, slot, { takesMs: around(job.random, (job.settings.minRuntimeSeconds ?? 1) * SECOND) });
const overlapping: Behaviour = (job, slot) => {
  const takesMs = job.usualRunMs + MINUTE;
  return [...run(job, slot, { takesMs }), ...run(job, slot + job.random.whole(1, takesMs), { takesMs })];
};
const twoHosts: Behaviour = (job, slot) => [
  ...run(job, slot, { host: "a" }),
  ...run(job, slot + job.random.whole(0, 3 * SECOND), { host: "b" }),
];
/** The response was lost, so the client sends the same ping again. */
const retriedRun: Behaviour = (job, slot) =>
  run(job, slot).flatMap((sent) => [
    sent,
    {
      ...sent,
      digest: sent.rid === null ? digestOf(job.random) : sent.digest,
      at: sent.at + job.random.pick([1, SECOND, 5 * SECOND]),
    },
  ]);
const reordered: Behaviour = (job, slot) => {
  const sent = run(job, slot);
  const instants = sent.map((one) => one.at).toReversed();
  return sent.map((one, at) => ({ ...one, at: instants[at] ?? one.at }));
};
const logging: Behaviour = (job, slot) => {
  const sent = run(job, slot, { takesMs: limitMs(job.settings) });
  const first = sent[0];
  if (first === undefined) return [];
  const progress = job.random.pick<PingKind>(
    first.rid === null ? ["log", "ignored"] : ["log", "start", "ignored"],
  );
  const half = Math.round(limitMs(job.settings) / 2);
  return [...sent, { ...first, kind: progress, at: first.at + around(job.random, half), exitStatus: null }];
};
/** Runs in the first second of a minute, as everybody's cron starts them, and several of them, as from a loop. */
const storm: Behaviour = (job, slot) =>
  Array.from({ length: job.random.whole(3, 8) }, () =>
    run(job, slot - (slot % MINUTE) + job.random.whole(0, SECOND)),
  ).flat();
const foreignEnd: Behaviour = (job, slot) =>
  run(job, slot).map((sent) => (sent.kind === "start" ? sent : { ...sent, rid: runId(job.random) }));

/** A run that goes on past the next slot until just before the one after, and the run that waited for it and starts then. */
function queuedRuns(job: Job, slot: Instant): Sending[] {
  const { random } = job.queue;
  const next = nextAfter(job.settings.schedule, slot);
  const last = next === null ? null : nextAfter(job.settings.schedule, next);
  if (next === null || last === null || last - slot > limitMs(job.settings)) return [];
  const takesMs = last - slot - random.whole(1, Math.min(MINUTE, (last - next) / 10));
  job.busyUntil = slot + takesMs;
  const waitedFor = run(job, slot, { takesMs });
  return [...waitedFor, ...run(job, job.busyUntil + random.whole(1, 5 * SECOND), { takesMs: 2 * MINUTE })];
}

const MISCHIEF: readonly Behaviour[] = [
  sharp,
  early,
  early,
  late,
  late,
  atTheDeadline,
  atTheDeadline,
  lastMinute,
  missing,
  missing,
  failing,
  failing,
  hanging,
  slow,
  quick,
  overlapping,
  twoHosts,
  retriedRun,
  reordered,
  logging,
  storm,
  foreignEnd,
];

type Course = { takesMs?: number; end?: "success" | "fail" | null; host?: string };

/** One run: its start, if the job reports one, and its end, if it has one. */
function run(job: Job, at: Instant, course: Course = {}): Sending[] {
  const { takesMs = Math.round(job.usualRunMs * (0.5 + job.random.unit())), end = "success" } = course;
  const rid = job.usesRunIds ? runId(job.random) : null;
  const common = { rid, host: course.host ?? "a", digest: null };
  const start: Sending = { ...common, at, kind: "start", exitStatus: null };
  if (end === null) return [start];
  const exitStatus = job.random.chance(0.3) ? (end === "fail" ? job.random.pick([1, 137]) : 0) : null;
  const digest = rid === null ? digestOf(job.random) : job.random.pick([null, `d${job.random.whole(1, 9)}`]);
  const last: Sending = { ...common, at: at + (job.starts ? takesMs : 0), kind: end, exitStatus, digest };
  return job.starts ? [start, last] : [last];
}

function limitMs(settings: CheckSettings): number {
  return (settings.maxRuntimeSeconds ?? settings.graceSeconds) * SECOND;
}

/** At an edge, or a millisecond or a minute to either side of it. */
function around(random: Random, edgeMs: number): number {
  return Math.max(0, edgeMs + random.pick([-MINUTE, -1, 0, 1, MINUTE]));
}

/** A digest that is never drawn twice, so that of two ends without a run id none is a retry of the other. */
function digestOf(random: Random): string {
  return `d${random.whole(1, 2 ** 40)}`;
}

/** A run id in the form that clients send, distinct within a check. */
function runId(random: Random): string {
  const digits = random
    .whole(0, 2 ** 48 - 1)
    .toString(16)
    .padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-4000-8000-${digits}`;
}
