import { slugify } from "@overdue/core";
import { nameOfCommand } from "@overdue/schedules";

import { anacronJobs, cronJobs } from "./cron-jobs.ts";
import type { Files } from "./files.ts";
import type { FoundJob, Machine, UnnamedJob } from "./job.ts";
import { maskSecrets } from "./mask.ts";
import { timerJobs } from "./timer-jobs.ts";

/** All jobs of a machine, in a fixed order. */
export function findJobs(machine: Machine): FoundJob[] {
  const isOfPackage = packageFiles(machine.files);
  const found = withSlugs(
    [...cronJobs(machine), ...anacronJobs(machine), ...timerJobs(machine)],
    machine.prefix,
  );
  return found.map((job) => ({ ...job, ofPackage: isOfPackage(job.place.replace(/:\d+$/, "")) }));
}

/** Whether a file came with a package: a unit below /usr/lib, or a file that Debian's package manager lists as its own. */
function packageFiles(files: Files): (path: string) => boolean {
  const status = files.read("/var/lib/dpkg/status") ?? "";
  const listed = new Set([...status.matchAll(/^ (\/etc\/cron\S+) [0-9a-f]{32}/gm)].map(([, path]) => path));
  return (path) => /^(?:\/usr)?\/lib\/systemd\//.test(path) || listed.has(path);
}

/** Gives each job a slug that stays the same however many others come: two of one name have a part of their command's sum. */
function withSlugs(found: readonly UnnamedJob[], prefix: string): Omit<FoundJob, "ofPackage">[] {
  const bases = found.map(({ name, rawCommand }) => slugify(name ?? nameOf(rawCommand)) || "job");
  return found.map(({ name, rawCommand, ...job }, index) => {
    const base = bases[index] ?? "job";
    const isOther = (name: string, at: number) =>
      at !== index && name === base && found[at]?.problem === null;
    const isAlone = !bases.some(isOther);
    const slug = isAlone ? base : `${base}-${sumOf(`${job.user ?? ""} ${rawCommand}`)}`;
    return {
      ...job,
      name: name ?? nameOf(rawCommand),
      command: maskSecrets(rawCommand),
      slug: `${prefix}${slug}`.slice(0, SLUG_CHARS_MAX),
    };
  });
}

/** The name of the job itself, also where a wrapper runs it. */
function nameOf(command: string): string {
  const own = command
    .replace(/^.*?\boverdue\S*\s+run\b.*?\s--\s+/, "")
    .replace(/\b(?:cronitor\s+exec\s+\S+|sentry-cli\s+monitors\s+run\s.*?\s--)\s+/, "");
  return nameOfCommand(own, { mayNameUser: false }) ?? "job";
}

const SLUG_CHARS_MAX = 100;

/** Four letters and digits that stand for a text (FNV-1a). */
function sumOf(text: string): string {
  let sum = 0x81_1c_9d_c5;
  for (const char of text) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 0x01_00_01_93) >>> 0;
  return sum.toString(36).padStart(4, "0").slice(-4);
}
