import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** A running server of one data directory: its process, and the loopback port it listens on. */
export type Postmaster = { pid: number; port: number };

/**
 * The server that is running on a data directory now, or null.
 *
 * A process id in a file proves nothing, since ids are reused: the process counts only if it was started for
 * this directory.
 */
export function findPostmaster(directory: string): Postmaster | null {
  const file = readPidFile(directory);
  return file && servesDirectory(file.pid, directory) ? { pid: file.pid, port: file.port } : null;
}

/** Whether the server with this process id reports that it accepts connections. */
export function isReady(pid: number, directory: string): boolean {
  const file = readPidFile(directory);
  return file?.pid === pid && file.status === "ready";
}

/** Whether the server with this process id was asked to end, and has not ended yet. */
export function isStopping(pid: number, directory: string): boolean {
  const file = readPidFile(directory);
  return file?.pid === pid && file.status === "stopping";
}

/**
 * Removes a pid file whose process id now belongs to another program, since PostgreSQL would believe it.
 *
 * A file whose process is gone is kept: through it PostgreSQL finds the old shared memory, and refuses to start
 * while child processes of the dead server still run.
 */
export function dropRecycledPidFile(directory: string): void {
  const file = readPidFile(directory);
  const isRecycled = file && isAlive(file.pid) && !servesDirectory(file.pid, directory);
  if (isRecycled) rmSync(join(directory, "postmaster.pid"), { force: true });
}

/** Whether a process with this id exists. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Stops a server at once but cleanly (open transactions are rolled back), and waits until it is gone. */
export async function stopPostmaster(pid: number, secondsMax = 20): Promise<void> {
  process.kill(pid, "SIGINT");
  for (let step = 0; isAlive(pid); step += 1) {
    if (step * STEP_MS > secondsMax * 1000) throw new Error(`PostgreSQL (process ${pid}) does not stop.`);
    await wait(STEP_MS);
  }
}

const STEP_MS = 20;

type PidFile = { pid: number; port: number; status: string };

// The lines of postmaster.pid: pid, directory, start time, port, socket directory, address, memory key, status.
function readPidFile(directory: string): PidFile | null {
  const path = join(directory, "postmaster.pid");
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, "utf8").split("\n");
  const pid = Number(lines[0]);
  return pid > 1 ? { pid, port: Number(lines[3]), status: (lines[7] ?? "").trim() } : null;
}

function servesDirectory(pid: number, directory: string): boolean {
  try {
    const commandLine = process.platform === "linux" ? linuxCommandLine(pid) : psCommandLine(pid);
    return commandLine.includes("postgres") && commandLine.includes(`-D ${realpathSync(directory)} `);
  } catch {
    return false;
  }
}

function linuxCommandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
}

function psCommandLine(pid: number): string {
  return execFileSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
}
