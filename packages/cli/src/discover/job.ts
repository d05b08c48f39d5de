import type { Schedule } from "@overdue/schedules";

import type { MachineFacts } from "./facts.ts";
import type { Files } from "./files.ts";
import { leavesToSystemd, type Watch } from "./watch.ts";

/** A job that something on this machine, or in this cluster, starts by a schedule. */
export type FoundJob = {
  kind: "crontab" | "run-parts" | "anacron" | "timer" | "cronjob";
  /** Where it stands: `/etc/cron.d/backup:4`, a script, a unit's file and line. */
  place: string;
  /** What is changed to have it watched: the crontab's line, or the unit. */
  target: { file: string; line: number | null } | { unit: string; ofUser: string | null } | null;
  /** As it is written there. */
  written: string;
  schedule: Schedule | null;
  jitterSeconds: number;
  user: string | null;
  /** Without its secrets. */
  command: string;
  name: string;
  slug: string;
  watch: Watch | null;
  /** Why it never runs, or at no time that could be missed; null: it runs. */
  problem: string | null;
  /** How long a run may take by the job's own limit; left out: it has none. */
  limitSeconds?: number;
  /** Whether a package of the system brought it, and not a person. */
  ofPackage: boolean;
};

/** A job before it has its slug. */
export type UnnamedJob = Omit<FoundJob, "slug" | "name" | "command" | "ofPackage"> & {
  name: string | null;
  /** With its secrets. */
  rawCommand: string;
};

/** What the machine's jobs are read from. `hosts`: those of Overdue. `prefix`: what slugs begin with. */
export type Machine = { files: Files; facts: MachineFacts; hosts: readonly string[]; prefix: string };
const LEFT_TO_SYSTEMD = "it does nothing where systemd runs: a timer does its work";

/** Why a job that a package ships beside a timer does nothing here; null: it does something. */
export function leftToSystemd(sources: readonly { text: string }[], { facts }: Machine): string | null {
  return facts.runsSystemd && sources.some(({ text }) => leavesToSystemd(text)) ? LEFT_TO_SYSTEMD : null;
}
