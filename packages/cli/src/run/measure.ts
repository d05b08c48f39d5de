import { existsSync } from "node:fs";

import { childrenCpu, peakBytes, processTree, readText, residentBytes } from "./proc.ts";

/** What was measured of one run of the command. */
export type Measured = {
  cpuUserMs: number;
  cpuSystemMs: number;
  /** The most that the processes of the job held together, as far as samples saw it; null: it ended before the first. */
  maxMemoryBytes: number | null;
  /** The most that the job's whole control group held, if it has one of its own. */
  groupMaxMemoryBytes: number | null;
  /** Whose count of kills for want of memory grew: the control group's, or only that of the whole machine. */
  oomKill: "group" | "machine" | null;
};

const FIRST_SAMPLE_MS = 25;
const SAMPLE_MS_MAX = 5_000;
const SAMPLE_GROWTH = 2;

/** Begins to measure; must come before the command is started. */
export function measure(): { watch: (pid: number) => void; end: () => Measured } {
  const cpu = childrenCpu();
  const group = memoryGroup(readText("/proc/self/cgroup") ?? "", existsSync);
  const kills = countKills(group);
  const memory = { bytes: 0 };
  let timer: NodeJS.Timeout | null = null;
  const sample = (pid: number, afterMs: number) => {
    timer = setTimeout(() => {
      memory.bytes = Math.max(memory.bytes, residentBytes(processTree(pid)), peakBytes(pid));
      sample(pid, Math.min(afterMs * SAMPLE_GROWTH, SAMPLE_MS_MAX));
    }, afterMs).unref();
  };
  return {
    watch: (pid) => sample(pid, FIRST_SAMPLE_MS),
    end: () => {
      if (timer !== null) clearTimeout(timer);
      const used = childrenCpu();
      return {
        cpuUserMs: used.userMs - cpu.userMs,
        cpuSystemMs: used.systemMs - cpu.systemMs,
        maxMemoryBytes: memory.bytes === 0 ? null : memory.bytes,
        groupMaxMemoryBytes: group?.peak === undefined ? null : Number(readText(group.peak) ?? 0) || null,
        oomKill: whoseKill(kills, countKills(group)),
      };
    },
  };
}

/** The files of the control group that limits this process's memory. `peak`: only where the group is not the machine's. */
type MemoryGroup = { events: string; peak?: string };

/**
 * Finds the files by /proc/self/cgroup, for version 2 and version 1 of control groups; null where neither counts memory.
 * In a container the path in that file may be the machine's, so the mount's own folder is tried last.
 */
export function memoryGroup(cgroup: string, exists: (path: string) => boolean): MemoryGroup | null {
  const path = (pattern: RegExp) => pattern.exec(cgroup)?.[1]?.replace(/\/$/, "") ?? null;
  const unified = path(/^0::(\/.*)$/m);
  const memory = path(/^\d+:memory:(\/.*)$/m);
  const candidates = [
    ...(unified === null ? [] : [unified, ""]).map((at) => ({
      at: `/sys/fs/cgroup${at}`,
      events: "memory.events",
      peak: "memory.peak",
    })),
    ...(memory === null ? [] : [memory, ""]).map((at) => ({
      at: `/sys/fs/cgroup/memory${at}`,
      events: "memory.oom_control",
      peak: "memory.max_usage_in_bytes",
    })),
  ];
  const found = candidates.find(({ at, events }) => exists(`${at}/${events}`));
  if (found === undefined) return null;
  const events = `${found.at}/${found.events}`;
  // The machine's own group has no events in version 2; in version 1 it has, and is no group of the job's.
  const isRoot = found.at === "/sys/fs/cgroup/memory";
  return !isRoot && exists(`${found.at}/${found.peak}`)
    ? { events, peak: `${found.at}/${found.peak}` }
    : { events };
}

type Kills = { group: number; machine: number };

function countKills(group: MemoryGroup | null): Kills {
  const count = (path: string | undefined) =>
    Number(/^oom_kill (\d+)$/m.exec((path === undefined ? null : readText(path)) ?? "")?.[1] ?? 0);
  return { group: count(group?.events), machine: count("/proc/vmstat") };
}

function whoseKill(before: Kills, after: Kills): Measured["oomKill"] {
  if (after.group > before.group) return "group";
  return after.machine > before.machine ? "machine" : null;
}
