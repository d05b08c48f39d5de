import { everyMs, lintSchedule, nextAfter, type Schedule } from "@overdue/schedules";

import type { KnownCheck } from "../project.ts";
import type { FoundJob } from "./job.ts";

/**
 * Whether a job is watched: by a check that it reports to, by another monitor, by nothing though a check of its slug is
 * there (its line does not report to it yet), or by nothing at all. `idle`: it never runs, so that nothing is to be watched.
 */
export type State = "watched" | "elsewhere" | "not connected" | "unwatched" | "idle" | "unreadable";

/** A job, what watches it, and what is to be done about it. */
export type Assessed = {
  job: FoundJob;
  state: State;
  /** The check that is there, by what the job reports to or by its slug. */
  check: KnownCheck | null;
  /** The check that `--apply` would make. */
  proposal: Proposal | null;
  /** What a person should know: a schedule that differs, another monitor, why it never runs. */
  notes: string[];
};

export type Proposal = {
  name: string;
  slug: string;
  tags: string[];
  description: string;
  schedule: Schedule;
  graceSeconds: number;
  jitterSeconds: number;
  maxRuntimeSeconds?: number;
};

/** What is known of a job's earlier runs: how long the longest of them took. */
export type History = { longestMs: number; runs: number };

type Known = {
  checks: readonly KnownCheck[];
  host: string | null;
  histories: ReadonlyMap<FoundJob, History>;
  now: number;
};

/** Compares the jobs with the project's checks. Without a server `checks` is empty, and only what the files say counts. */
export function assessJobs(jobs: readonly FoundJob[], known: Known): Assessed[] {
  return jobs.map((job) => assessJob(job, known));
}

function assessJob(job: FoundJob, known: Known): Assessed {
  const check = findCheck(job, known.checks);
  const none = { job, check, proposal: null };
  if (job.problem !== null)
    return { ...none, state: job.schedule === null ? "unreadable" : "idle", notes: [job.problem] };
  if (job.watch?.by === "another monitor")
    return {
      ...none,
      state: "elsewhere",
      notes: [`It reports to ${job.watch.host}, in ${job.watch.in}.`],
      proposal: propose(job, known),
    };
  if (job.watch !== null) return { ...none, state: "watched", notes: notesOnWatched(job, check, known) };
  if (check !== null) return { ...none, state: "not connected", notes: notesOnWatched(job, check, known) };
  const notes = job.schedule === null ? [] : lintSchedule(job.schedule);
  return { ...none, state: "unwatched", proposal: propose(job, known), notes };
}

function findCheck({ watch, slug }: FoundJob, checks: readonly KnownCheck[]): KnownCheck | null {
  if (watch === null || watch.by === "another monitor")
    return checks.find((check) => check.slug === slug) ?? null;
  const named = watch.check.toLowerCase();
  const uuid = named.replaceAll("-", "");
  return (
    checks.find((check) => check.slug === named) ??
    checks.find(
      ({ pingUrl, id }) => uuid !== "" && `${pingUrl ?? ""} ${id}`.replaceAll("-", "").includes(uuid),
    ) ??
    null
  );
}

function notesOnWatched(job: FoundJob, check: KnownCheck | null, { checks }: Known): string[] {
  if (check === null)
    return checks.length === 0
      ? []
      : [
          `It reports to “${job.watch?.by === "another monitor" ? "" : job.watch?.check}”, which this project does not have.`,
        ];
  if (job.schedule === null || isSameSchedule(job.schedule, check.schedule)) return [];
  return [
    `Its check expects it ${textOf(check.schedule as Schedule)}, and it is set to run ${textOf(job.schedule)}: edit the check.`,
  ];
}

/** Whether a job and its check are due by the same rule. What a person chose beyond it, such as exceptions, is not compared. */
export function isSameSchedule(one: Schedule, other: Readonly<Record<string, unknown>>): boolean {
  const keys = ["kind", "expression", "timezone", "everySeconds", "scheduler"];
  return keys.every((key) => (Reflect.get(one, key) ?? null) === (other[key] ?? null));
}

function textOf(schedule: Schedule): string {
  if (schedule.kind === "interval") return `every ${schedule.everySeconds} s`;
  return `at “${schedule.expression.replaceAll("\n", "; ")}” (${schedule.scheduler ?? (schedule.kind === "cron" ? "debian-cron" : "systemd")}, ${schedule.timezone})`;
}

const NAME_CHARS_MAX = 100;

type Place = Pick<Known, "host" | "histories" | "now">;

/** The check for a job; null for one that never runs. `host`: the machine; null for a cluster. */
export function propose(job: FoundJob, { host, histories, now }: Place): Proposal | null {
  if (job.schedule === null) return null;
  const where = host === null ? "" : ` on ${host}`;
  const shown = job.command === "" ? "" : ` \`${job.command.replaceAll("`", "'").slice(0, 500)}\``;
  return {
    name: `${job.name}${where}`.slice(0, NAME_CHARS_MAX),
    slug: job.slug,
    tags: [host === null ? "kubernetes" : `host:${host}`],
    description: `Found by \`overdue discover\` at ${job.place}: \`${job.written}\`${shown}`,
    schedule: job.schedule,
    graceSeconds: graceFor(job, histories.get(job) ?? null, now),
    jitterSeconds: job.jitterSeconds,
    // Kubernetes stops the run at its own limit, and takes a while to do so.
    ...(job.limitSeconds !== undefined && { maxRuntimeSeconds: job.limitSeconds + LIMIT_MARGIN_SECONDS }),
  };
}

const LIMIT_MARGIN_SECONDS = 120;
const MINUTE_SECONDS = 60;
const GRACE_SECONDS = { least: 5 * MINUTE_SECONDS, usual: 60 * MINUTE_SECONDS, ofAnacron: 86_400 };
/** Grace also bounds how long a run may take, so that the longest known run must fit well into it. */
const TIMES_LONGEST = 2;

/**
 * The grace of a new check: twice the longest known run, in whole minutes; without a history as long as the time between two
 * runs, an hour at most. At least 5 minutes, and a day for anacron, whose jobs wait until the machine is on.
 */
function graceFor({ kind, schedule }: FoundJob, history: History | null, now: number): number {
  if (kind === "anacron") return GRACE_SECONDS.ofAnacron;
  const known =
    history === null ? null : Math.ceil((history.longestMs * TIMES_LONGEST) / 60_000) * MINUTE_SECONDS;
  const between = schedule === null ? GRACE_SECONDS.usual : secondsBetween(schedule, now);
  return Math.max(GRACE_SECONDS.least, known ?? Math.min(GRACE_SECONDS.usual, between));
}

function secondsBetween(schedule: Schedule, now: number): number {
  const every = everyMs(schedule);
  if (every !== null) return every / 1_000;
  const next = nextAfter(schedule, now);
  const second = next === null ? null : nextAfter(schedule, next);
  return next === null || second === null ? GRACE_SECONDS.usual : (second - next) / 1_000;
}
