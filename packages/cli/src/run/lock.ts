import { spawn, spawnSync } from "node:child_process";
import { constants, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

import type { Target } from "../config.ts";
import { type Machine, privateDirectory, stateDirectory } from "../machine.ts";
import { CommandError } from "../errors.ts";
import { startOf } from "./proc.ts";

/** Who holds a lock: the wrapper, and its job once that runs; each with when it began, since ids are used again. */
export type Holder = {
  pid: number;
  began: string | null;
  job?: number;
  jobBegan?: string | null;
  since: string;
};

/** A lock of the kernel on an open file: it ends with the last process that has the file open, or by `release`. */
export type Lock = { fd: number; path: string };

const HELD = 1;

/** Opens the lock's file, without locking it. Its name has the host's, because a home may be shared over a network. */
export function openLock(machine: Machine, check: Pick<Target, "name" | "pingUrl">): Lock {
  const name = `${check.name.replaceAll(/[^-\w]+/g, "_").slice(0, 100)}-${hashOf(check.pingUrl)}`;
  let path = stateDirectory(machine);
  try {
    path = join(privateDirectory(join(path, "locks"), machine.uid), `${name}@${machine.host}.lock`);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    return { fd: openSync(path, flags, 0o600), path };
  } catch (error) {
    throw new CommandError(
      `The lock cannot be made in ${path}, so the command was not run: ${(error as Error).message}. ` +
        "OVERDUE_STATE_DIR may name another folder.",
    );
  }
}

/** Tells checks of the same name apart without showing the key in their URL (FNV-1a, 32 bits). */
function hashOf(text: string): string {
  let hash = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01_00_01_93) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

/** Tries to take the lock, and returns whether it is ours. The lock belongs to the open file, not to flock(1) that asks for it. */
export function tryLock({ fd }: Lock): boolean {
  const { status, error } = spawnSync("flock", ["-n", "3"], { stdio: ["ignore", "ignore", "ignore", fd] });
  if (status === 0) return true;
  if (status === HELD) return false;
  throw new CommandError(
    `The lock cannot be taken, so the command was not run: ${error === undefined ? `flock ended with status ${status}` : "flock is not installed (package util-linux)"}.`,
  );
}

/** Waits for the lock. @returns whether it is ours: false after `atMostMs`. */
export async function waitForLock({ fd }: Lock, atMostMs: number | null): Promise<boolean> {
  const child = spawn("flock", ["3"], { stdio: ["ignore", "ignore", "ignore", fd] });
  const timer = atMostMs === null ? null : setTimeout(() => child.kill("SIGKILL"), atMostMs);
  const forward = (["SIGTERM", "SIGINT", "SIGHUP"] as const).map((signal) => {
    const stop = () => {
      child.kill("SIGKILL");
      process.exit(128 + { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }[signal]);
    };
    process.on(signal, stop);
    return () => process.off(signal, stop);
  });
  const status = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", resolve);
  });
  if (timer !== null) clearTimeout(timer);
  for (const stop of forward) stop();
  return status === 0;
}

/** Ends the lock, even where the job has left processes behind that still have the file open. */
export function releaseLock({ fd }: Lock): void {
  spawnSync("flock", ["-u", "3"], { stdio: ["ignore", "ignore", "ignore", fd] });
}

/** Writes into the file who holds the lock, for people and for `--if-running kill`. */
export function writeHolder({ fd }: Lock, holder: Holder): void {
  ftruncateSync(fd, 0);
  writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
}

/** Who holds the lock, as far as the file says and as it still lives; null where nobody is known. */
export function readHolder({ path }: Lock): Holder | null {
  try {
    const read = JSON.parse(readFileSync(path, "utf8")) as Holder;
    return typeof read.pid === "number" ? read : null;
  } catch {
    return null;
  }
}

/**
 * Stops the holder: SIGTERM to the wrapper, which stops its job, or to the job's group where the wrapper is gone; SIGKILL to
 * both after `killAfterMs`. @returns whether the lock is ours then
 */
export async function takeOver(lock: Lock, killAfterMs: number): Promise<boolean> {
  const holder = readHolder(lock);
  if (holder !== null) signalHolder(holder, "SIGTERM");
  if (await waitForLock(lock, killAfterMs)) return true;
  const stubborn = readHolder(lock);
  if (stubborn !== null) {
    signalHolder(stubborn, "SIGKILL");
    signalJob(stubborn, "SIGKILL");
  }
  return waitForLock(lock, killAfterMs);
}

function signalHolder(holder: Holder, signal: NodeJS.Signals): void {
  if (startOf(holder.pid) === holder.began && holder.began !== null) send(holder.pid, signal);
  else signalJob(holder, signal);
}

function signalJob({ job, jobBegan }: Holder, signal: NodeJS.Signals): void {
  if (job === undefined || jobBegan === null || startOf(job) !== jobBegan) return;
  if (!send(-job, signal)) send(job, signal);
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}

/** "pid 4711, since 2026-12-01T02:00:00Z" */
export function holderText(holder: Holder | null): string {
  return holder === null ? "by whom is not known" : `pid ${holder.job ?? holder.pid}, since ${holder.since}`;
}
