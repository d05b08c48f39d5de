import type { MachineFacts } from "./facts.ts";
import { adviceFor } from "./advice.ts";
import type { Assessed, State } from "./propose.ts";

/** What the table's first column says of each state. */
const LABELS: Record<State, string> = {
  unwatched: "NOT WATCHED",
  "not connected": "not connected",
  elsewhere: "elsewhere",
  watched: "watched",
  idle: "never runs",
  unreadable: "not readable",
};
const ORDER: readonly State[] = ["unwatched", "not connected", "elsewhere", "unreadable", "watched", "idle"];

/** Whether somebody should do something about a job. What a package brought is left alone, unless it is asked for. */
export function isOpen({ state, job }: Assessed, withPackages: boolean): boolean {
  return state === "not connected" || (state === "unwatched" && (withPackages || !job.ofPackage));
}

/** `withPackages`: whether the jobs that packages brought are to be watched, too. */
type Shown = { width: number; withPackages: boolean };

/** The table for a terminal: what is not watched first, and what is to be done below it. */
export function discoveryTable(assessed: readonly Assessed[], { width, withPackages }: Shown): string {
  if (assessed.length === 0) return "No crontab, timer or CronJob was found here.\n";
  const sorted = ORDER.flatMap((state) => assessed.filter((one) => one.state === state)).toSorted(
    (one, other) => Number(isOpen(other, withPackages)) - Number(isOpen(one, withPackages)),
  );
  const rows = sorted.map(({ job, state, check }) => [
    state === "unwatched" && job.ofPackage && !withPackages ? "of a package" : LABELS[state],
    job.written,
    zoneOf(job.schedule),
    job.name,
    check?.slug ?? (state === "idle" || state === "unreadable" ? "" : job.slug),
    job.place,
  ]);
  const table = columns([["", "WHEN", "ZONE", "JOB", "CHECK", "WHERE"], ...rows], width);
  const notes = sorted.flatMap(({ job, notes: own }) => own.map((note) => `  ${job.place}: ${note}`));
  return [
    table,
    ...(notes.length === 0 ? [] : ["", "Notes", ...notes]),
    "",
    ...nextSteps(sorted, withPackages),
    "",
  ].join("\n");
}

function zoneOf(schedule: Assessed["job"]["schedule"]): string {
  return schedule === null || schedule.kind === "interval" ? "" : schedule.timezone;
}

function nextSteps(assessed: readonly Assessed[], withPackages: boolean): string[] {
  const unwatched = assessed.filter((one) => one.state === "unwatched" && isOpen(one, withPackages)).length;
  const unconnected = assessed.filter(({ state }) => state === "not connected");
  const left = assessed.filter((one) => one.state === "unwatched" && !isOpen(one, withPackages)).length;
  const lines: string[] = [];
  if (unwatched > 0)
    lines.push(`${countText(unwatched, "job")} not watched. overdue discover --apply makes a check of each.`);
  if (unconnected.length > 0)
    lines.push(
      "These have a check, and do not report to it yet:",
      ...unconnected.map((one) => `  ${adviceOf(one)}`),
    );
  if (lines.length === 0) lines.push("Every job of your own that runs here is watched.");
  if (left > 0)
    lines.push(
      `${countText(left, "job")} of packages of the system; --packages has them watched, too, and so does the name in the column CHECK behind --apply.`,
    );
  return lines;
}

function adviceOf({ job, check }: Assessed): string {
  return adviceFor(job, check?.slug ?? job.slug);
}

function countText(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} is` : `${count} ${noun}s are`;
}

/** Rows as columns. The last one is left whole; the others are cut where the terminal is too narrow. */
function columns(rows: readonly (readonly string[])[], width: number): string {
  const longest = (index: number) => Math.max(...rows.map((row) => row[index]?.length ?? 0));
  const most = Math.max(14, Math.floor(width / 4));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : fit(cell, Math.min(longest(index), most))))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function fit(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
}

/** The same for a program. */
export function discoveryJson(facts: MachineFacts | null, assessed: readonly Assessed[]): object {
  return {
    ...facts,
    jobs: assessed.map(({ job, state, check, proposal, notes }) => {
      const { target: _, problem: __, ...shown } = job;
      const isToConnect = state === "unwatched" || state === "not connected";
      const advice = isToConnect ? adviceFor(job, check?.slug ?? job.slug) : null;
      return { ...shown, state, check: check?.slug ?? null, proposal, advice, notes };
    }),
  };
}

/** The list of what is not watched, as the body of a ping. */
export function openText(assessed: readonly Assessed[], withPackages: boolean): string {
  const open = assessed.filter((one) => isOpen(one, withPackages));
  if (open.length === 0) return "Every job that runs here is watched.";
  return [
    `${countText(open.length, "job")} not watched:`,
    ...open.map(({ job }) => `- ${job.place}  ${job.written}  ${job.command}`),
    "overdue discover shows what to do. Leave one out by --ignore SLUG.",
  ].join("\n");
}
