import type { FoundJob } from "./job.ts";
import { maskSecrets } from "./mask.ts";
import type { History } from "./propose.ts";

/** A run that a log tells of. */
type LoggedRun = { command: string; ms: number };

const TIME = String.raw`(\S+ +\d+ [\d:]+|\d{4}-\d\d-\d\dT\S+)`;
const LINE = new RegExp(String.raw`^${TIME} \S+ (?:\S*\/)?(?:CRON|CROND|crond|cron)\[(\d+)\]: (.*)$`);

/**
 * How long the runs of cron's jobs took, from the lines of syslog or the journal. Debian's cron opens a session of PAM before a
 * job and closes it after, under the process above the job's; cronie logs `CMDEND`, or the same sessions.
 */
export function readCronLog(text: string, now: number): LoggedRun[] {
  const open = new Map<string, { at: number; user: string; command: string | null }>();
  const runs: LoggedRun[] = [];
  for (const line of text.split("\n")) {
    const [, time = "", pid = "", message = ""] = LINE.exec(line) ?? [];
    if (time === "") continue;
    const at = timeOf(time, now);
    const [, user, command] = /^\(([^)]+)\) CMD \((.*)\)$/.exec(message) ?? [];
    const opened = /^pam_unix\(crond?:session\): session opened for user ([\w-]+)/.exec(message)?.[1];
    if (opened !== undefined) open.set(pid, { at, user: opened, command: null });
    if (command !== undefined) {
      // The job's process is a child of that which opened the session, within the same second.
      const own = [...open].findLast(
        ([, run]) => run.user === user && run.command === null && Math.abs(at - run.at) <= 2_000,
      );
      if (own === undefined) open.set(pid, { at, user: user ?? "", command });
      else own[1].command = command;
    }
    const isEnd = /^pam_unix\(crond?:session\): session closed/.test(message) || /\) CMDEND \(/.test(message);
    const begun = isEnd ? open.get(pid) : undefined;
    if (begun !== undefined && begun.command !== null)
      runs.push({ command: begun.command, ms: Math.max(0, at - begun.at) });
    if (isEnd) open.delete(pid);
  }
  return runs;
}

/** A time of syslog has no year and is of the last twelve months; it is in the zone of this process. */
function timeOf(text: string, now: number): number {
  if (text.includes("T")) return Date.parse(text);
  const year = new Date(now).getFullYear();
  const at = Date.parse(`${text} ${year}`);
  return at > now + 86_400_000 ? Date.parse(`${text} ${year - 1}`) : at;
}

/** What is known of each job's runs. The log has the commands as they stand in the crontab, with their secrets. */
export function historiesOf(runs: readonly LoggedRun[], jobs: readonly FoundJob[]): Map<FoundJob, History> {
  const masked = runs.map(({ command, ms }) => ({
    command: maskSecrets(command.replaceAll(String.raw`\%`, "%")),
    ms,
  }));
  const found = new Map<FoundJob, History>();
  for (const job of jobs.filter(({ kind }) => kind === "crontab")) {
    const own = masked.filter(({ command }) => command === job.command);
    if (own.length > 0) found.set(job, { runs: own.length, longestMs: Math.max(...own.map(({ ms }) => ms)) });
  }
  return found;
}
