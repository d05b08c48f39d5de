import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { Refusal } from "../refusal.ts";

export type DataFiles = ReturnType<typeof dataFiles>;

/** The paths of the files in a data directory. */
export function dataFiles(dataDir: string) {
  return {
    root: dataDir,
    lock: join(dataDir, "overdue.pid"),
    secretKey: join(dataDir, "secret-key"),
    postgres: join(dataDir, "postgres"),
    postgresPassword: join(dataDir, "postgres-password"),
    logs: join(dataDir, "logs"),
  };
}

/**
 * Creates the data directory if it is missing, closed to other users.
 *
 * @throws Refusal if that fails.
 */
export function prepareDataDirectory(dataDir: string): DataFiles {
  const files = dataFiles(dataDir);
  try {
    if (!existsSync(dataDir)) createClosed(dataDir);
    mkdirSync(files.logs, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`DATA_DIR ${dataDir} cannot be used: ${reason}.`, { cause });
  }
  return files;
}

// If this process is root, the database's own user must be able to pass the directory, but not to list it.
function createClosed(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Reads a secret from a file that only its owner can read. The first time, the secret is generated. */
export function readOrCreateSecret(file: string): string {
  if (!existsSync(file)) {
    const draft = `${file}.new`;
    writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flush: true });
    renameSync(draft, file);
  }
  const secret = readFileSync(file, "utf8").trim();
  if (secret.split(",").some((one) => one.trim().length < 32))
    throw new Refusal(`${file} holds no secret; put it back from a backup.`);
  return secret;
}

/** The process that holds a data directory. `born` distinguishes it from a later process with the same id. */
const Holder = z.object({ pid: z.int(), born: z.string(), url: z.string().nullable() });
type Holder = z.infer<typeof Holder>;

/**
 * The lock on a data directory. `setUrl` stores the product's address for other commands. `tookOver`: the last holder was
 * killed, and its processes may still be ending.
 */
export type Lock = { tookOver: boolean; setUrl: (url: string) => void; release: () => void };

/**
 * Locks a data directory for this process. A lock of a killed process is ignored.
 *
 * @throws Refusal if a living process holds the lock.
 */
export function takeLock(file: string): Lock {
  const holder = findHolder(file);
  if (holder) {
    const where = holder.url ? ` at ${holder.url}` : "";
    throw new Refusal(`Overdue already runs on this data directory${where} (process ${holder.pid}).`);
  }
  const tookOver = existsSync(file);
  const self: Holder = { pid: process.pid, born: birthOf(process.pid) ?? "", url: null };
  rmSync(file, { force: true });
  create(file, self);
  return {
    tookOver,
    setUrl: (url) => writeFileSync(file, JSON.stringify({ ...self, url })),
    release: () => rmSync(file, { force: true }),
  };
}

/** The living process that holds a data directory, or null. */
export function findHolder(file: string): Holder | null {
  const holder = readLock(file);
  return holder && birthOf(holder.pid) === holder.born ? holder : null;
}

function create(file: string, self: Holder): void {
  try {
    writeFileSync(file, JSON.stringify(self), { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new Refusal("Overdue is just being started on this data directory by another process.", {
      cause,
    });
  }
}

function readLock(file: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

/** When a process began, as a text that no later process with the same id has; null if there is no such process. */
function birthOf(pid: number): string | null {
  try {
    return process.platform === "linux" ? linuxBirth(pid) : psBirth(pid);
  } catch {
    return null;
  }
}

// Field 22 of stat counts from the boot; the second field may itself contain spaces and brackets.
function linuxBirth(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${ticks}`;
}

function psBirth(pid: number): string | null {
  return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
}
