import { readdirSync, readFileSync } from "node:fs";

/** The clock ticks of `/proc`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A figure for each kind of process. */
export type ByProcess = { api: number; checker: number; sender: number; database: number; rest: number };

/** Seconds of CPU that the processes below `roots` have used, by kind of process. Zero where there is no `/proc`. */
export function cpuOf(roots: readonly number[]): ByProcess {
  const cpu = { api: 0, checker: 0, sender: 0, database: 0, rest: 0 };
  for (const { command, seconds } of below(roots, processes())) cpu[kindOf(command)] += seconds;
  return cpu;
}

/** Megabytes of memory that the processes below `roots` do not share with others, by kind of process. */
export function memoryOf(roots: readonly number[]): ByProcess {
  const memory = { api: 0, checker: 0, sender: 0, database: 0, rest: 0 };
  for (const { pid, command } of below(roots, processes())) memory[kindOf(command)] += ownMegabytes(pid);
  return memory;
}

function ownMegabytes(pid: number): number {
  try {
    const kilobytes = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1_024);
  } catch {
    return 0;
  }
}

type Process = { pid: number; parent: number; command: string; seconds: number };

function processes(): Process[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? read(Number(name)) : []));
  } catch {
    return [];
  }
}

function read(pid: number): Process[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may contain anything, including spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const parent = Number(fields[1]);
    // Its own time, and that of its children that have ended.
    const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
    return [{ pid, parent, command, seconds: ticks / TICKS_PER_SECOND }];
  } catch {
    // The process has ended in the meantime.
    return [];
  }
}

function below(roots: readonly number[], all: readonly Process[]): Process[] {
  const found = all.filter(({ pid }) => roots.includes(pid));
  for (const each of found)
    found.push(...all.filter(({ pid, parent }) => parent === each.pid && !roots.includes(pid)));
  return [...new Set(found)];
}

function kindOf(command: string): keyof ByProcess {
  if (command.startsWith("postgres:") || command.includes("/postgres\0")) return "database";
  if (command.includes("apps/checker/src/sender/")) return "sender";
  if (command.includes("apps/checker/")) return "checker";
  return command.includes("apps/api/") ? "api" : "rest";
}
