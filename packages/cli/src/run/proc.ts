import { readFileSync } from "node:fs";

/** The text of a file below /proc or /sys; null where there is none. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** The fields of /proc/PID/stat from the third on, since the second, a name, may have blanks in it. */
function statFields(pid: number | "self"): string[] | null {
  const text = readText(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** When a process began, in ticks since boot: with its id it names a process for ever. Null where it is gone, or a zombie. */
export function startOf(pid: number): string | null {
  const fields = statFields(pid);
  return fields === null || fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

/** Whether this process belongs to the group that the terminal sends its signals to. */
export function isInForeground(): boolean {
  const fields = statFields("self");
  return fields !== null && fields[2] === fields[5];
}

const TICK_MS = 10;

/** Processor time of the children that have ended and were waited for, with theirs, in milliseconds. */
export function childrenCpu(): { userMs: number; systemMs: number } {
  const fields = statFields("self") ?? [];
  return { userMs: Number(fields[13] ?? 0) * TICK_MS, systemMs: Number(fields[14] ?? 0) * TICK_MS };
}

/** The process and all that descend from it, as far as the kernel lists children. */
export function processTree(pid: number): number[] {
  const children = (readText(`/proc/${pid}/task/${pid}/children`) ?? "")
    .split(" ")
    .filter((word) => word !== "");
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

/** What the processes hold in memory now, in bytes. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + statusBytes(pid, "VmRSS"), 0);
}

/** The most that one process has held in memory so far, in bytes. */
export function peakBytes(pid: number): number {
  return statusBytes(pid, "VmHWM");
}

function statusBytes(pid: number, field: string): number {
  const text = readText(`/proc/${pid}/status`) ?? "";
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1_024;
}

/** A version 4 UUID from the kernel: a third of the cost of loading a library for it. */
export function randomId(): string {
  return readText("/proc/sys/kernel/random/uuid")?.trim() ?? crypto.randomUUID();
}

/** Seconds since boot, suspended time included: no clock that is set changes it. */
export function uptimeSeconds(): number | null {
  const text = readText("/proc/uptime");
  return text === null ? null : Number(text.split(" ")[0]);
}

/** Milliseconds by a clock that nobody sets. `performance` would load a library for it. */
export function elapsedMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
