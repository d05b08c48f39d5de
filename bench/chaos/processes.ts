import { readdirSync, readFileSync } from "node:fs";

/** A process of this machine, from `/proc`. */
export type Process = { pid: number; parent: number; command: string };

export type Program = "api" | "checker" | "sender";

const MAINS: Record<Program, string> = {
  api: "apps/api/src/main.ts",
  checker: "apps/checker/src/main.ts",
  sender: "apps/checker/src/sender/main.ts",
};

/** The children of a process, and theirs. */
export function descendants(root: number): Process[] {
  const all = allProcesses();
  const found: Process[] = [];
  const add = (parent: number) => {
    for (const each of all.filter((one) => one.parent === parent)) {
      found.push(each);
      add(each.pid);
    }
  };
  add(root);
  return found;
}

/** The process of a program below a supervisor; null while it does not run. */
export function programOf(supervisor: number, program: Program): number | null {
  return descendants(supervisor).find(({ command }) => command.includes(MAINS[program]))?.pid ?? null;
}

/** Sends a signal; false where there is no such process any more. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Megabytes of memory that a process does not share with others; 0 for one that has ended. */
export function ownMegabytes(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) / 1_024;
}

function allProcesses(): Process[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    if (stat === "") return [];
    // The name in parentheses may contain anything, including spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [{ pid: Number(pid), parent: Number(fields[1]), command: read(`/proc/${pid}/cmdline`) }];
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
