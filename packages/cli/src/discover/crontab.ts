import { canonicalTimezone, lintLine, ScheduleReadingInput, type Schedule } from "@overdue/schedules";

import type { Cron, MachineFacts } from "./facts.ts";

/** One job of a crontab. `line` counts from 1. */
export type CrontabLine = {
  line: number;
  /** The fields as they are written, or the macro. */
  fields: string;
  user: string | null;
  /** What the shell is given: up to the first `%`, with `\%` as a percent sign. */
  command: string;
  variables: Readonly<Record<string, string>>;
  schedule: Schedule | null;
  jitterSeconds: number;
  /** Why there is no schedule, or why the line never runs; null: it runs. */
  problem: string | null;
  /** Whether cron refuses the line, and does not only never run it. */
  isRefused: boolean;
};

type Options = Pick<MachineFacts, "cron" | "timezone"> & {
  /** Whether the user stands between fields and command, as in `/etc/crontab` and `/etc/cron.d`. */
  hasUser: boolean;
};

const VARIABLE = /^\s*(["']?)([A-Za-z_]\w*)\1\s*=\s*(.*?)\s*$/;
const FIELDS = 5;

/** Reads every job of a crontab as the installed cron reads it, lines that it refuses included. */
export function readCrontabLines(text: string, options: Options): CrontabLine[] {
  const variables: Record<string, string> = {};
  const jobs: CrontabLine[] = [];
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, , name, value = ""] = VARIABLE.exec(line) ?? [];
    if (name !== undefined) variables[name] = value.replace(/^(["'])(.*)\1$/, "$2");
    else jobs.push(readJob({ line, number: index + 1, variables: { ...variables } }, options));
  }
  const last = lines.at(-1) ?? "";
  return withoutIgnored(jobs, options.cron, /^\s*$/.test(last) ? null : lines.length);
}

/**
 * Debian's cron ignores a whole crontab for one line that it cannot read, or whose last line has no end; cronie leaves out
 * what is wrong. `unended`: the number of a last line without an end. Source: load_user() of both.
 */
function withoutIgnored(jobs: readonly CrontabLine[], cron: Cron, unended: number | null): CrontabLine[] {
  if (cron === "cronie" && unended !== null)
    return jobs.map((job) =>
      job.line === unended ? never(job, "cronie ignores a last line without a line break at its end") : job,
    );
  if (cron !== "debian-cron") return [...jobs];
  const wrong = jobs.find(
    ({ problem, schedule }) => problem !== null && schedule === null && problem !== AT_BOOT,
  );
  if (wrong === undefined && unended === null) return [...jobs];
  const reason =
    wrong === undefined
      ? "cron ignores this whole file: its last line has no line break at its end"
      : `cron ignores this whole file: it cannot read line ${wrong.line}`;
  return jobs.map((job) => (job === wrong ? job : never(job, reason)));
}

function never(job: CrontabLine, problem: string): CrontabLine {
  return { ...job, problem };
}

const AT_BOOT = "it runs when the machine starts, and at no time that could be missed";

type Line = { line: string; number: number; variables: Readonly<Record<string, string>> };

function readJob({ line, number, variables }: Line, options: Options): CrontabLine {
  const words = /^\s*@/.test(line) ? 1 : FIELDS;
  const [, fields = "", rest = ""] =
    new RegExp(String.raw`^\s*((?:\S+\s+){${words - 1}}\S+)(?:\s+(.*))?$`).exec(line.replace(/\r$/, "")) ??
    [];
  const [, user = null, behindUser = ""] = options.hasUser ? (/^(\S+)(?:\s+(.*))?$/.exec(rest) ?? []) : [];
  const written = options.hasUser ? behindUser : rest;
  const job = {
    line: number,
    fields: fields.replaceAll(/\s+/g, " "),
    user,
    command: written
      .replaceAll(/(?<!\\)%.*$/g, "")
      .replaceAll(String.raw`\%`, "%")
      .trim(),
    variables,
    ...delayOf(variables, options.cron),
  };
  const refused = (problem: string) => ({ ...job, schedule: null, problem, isRefused: true });
  if (fields === "") return { ...refused("it has too few fields"), fields: line.trim() };
  if (/^@reboot$/i.test(job.fields)) return { ...job, schedule: null, problem: AT_BOOT, isRefused: false };
  if (/^@every$/i.test(job.fields)) return refused("cron has no @every: write fields such as */5 * * * *");
  const read = readSchedule(job.fields, { variables, ...options });
  if (read.isRefused) return { ...job, ...read };
  if (job.command === "")
    return refused(options.hasUser ? "it has a user and no command" : "it has no command");
  const hasReturn = line.endsWith("\r");
  return { ...job, ...read, problem: read.problem ?? (hasReturn ? WINDOWS : null) };
}

const WINDOWS =
  "it ends with a carriage return, as Windows writes it, which cron takes for a part of the command";

/** cronie and systemd-cron start all jobs behind `RANDOM_DELAY` up to so many minutes late. */
function delayOf(variables: Readonly<Record<string, string>>, cron: Cron): { jitterSeconds: number } {
  const minutes = cron === "cronie" || cron === "systemd-cron" ? Number(variables["RANDOM_DELAY"] ?? 0) : 0;
  return { jitterSeconds: Number.isInteger(minutes) && minutes > 0 ? minutes * 60 : 0 };
}

type Zoned = Options & Pick<Line, "variables">;

function readSchedule(
  fields: string,
  { cron, timezone, variables }: Zoned,
): Pick<CrontabLine, "schedule" | "problem" | "isRefused"> {
  const never = { schedule: null, isRefused: false };
  // Of these only cronie runs lines by a zone of their own; in Debian's cron CRON_TZ is a variable of the command.
  const named = cron === "cronie" ? variables["CRON_TZ"] : undefined;
  const zone = named === undefined ? timezone : canonicalTimezone(named);
  if (zone === null) return { ...never, problem: `its CRON_TZ, ${named}, is no time zone` };
  const finding = lintLine(fields, cron).find(({ code }) => code === "refused" || code === "never");
  if (finding !== undefined)
    return { ...never, problem: lowerFirst(finding.message), isRefused: finding.code === "refused" };
  const read = ScheduleReadingInput.safeParse({
    kind: "cron",
    expression: fields,
    scheduler: cron,
    timezone: zone,
  });
  if (!read.success) return { ...never, problem: lowerFirst(read.error.issues[0]?.message ?? "unreadable") };
  return { schedule: read.data.schedule, problem: null, isRefused: false };
}

function lowerFirst(sentence: string): string {
  return sentence.replace(/\.$/, "").replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
}
