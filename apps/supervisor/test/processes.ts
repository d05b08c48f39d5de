import { readdirSync, readFileSync } from "node:fs";

/** The path by which each program's process is recognised. */
const PROGRAMS = {
  api: "apps/api/src/main.ts",
  checker: "apps/checker/src/main.ts",
  sender: "apps/checker/src/sender/main.ts",
} as const;
export type ProgramName = keyof typeof PROGRAMS;

/** The processes that descend from one, with their command lines, from Linux's `/proc`. */
export function descendants(pid: number): { pid: number; commandLine: string }[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const byParent = Map.groupBy(all.map(Number), parentOf);
  const below = (parent: number): number[] =>
    (byParent.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid).map((child) => ({ pid: child, commandLine: commandLineOf(child) }));
}

/** The process ids of the programs below a supervisor, as far as they run. */
export function programsOf(supervisor: number): Partial<Record<ProgramName, number>> {
  const below = descendants(supervisor);
  const found = Object.entries(PROGRAMS).flatMap(([name, path]) => {
    const process = below.find(({ commandLine }) => commandLine.includes(path));
    return process === undefined ? [] : [[name, process.pid]];
  });
  return Object.fromEntries(found);
}

/** Whether a process with this id runs. One that has ended but was not collected yet (a zombie) does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
