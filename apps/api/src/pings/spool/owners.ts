import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

import type { SpoolOwner } from "@overdue/db";

/** A process that has a directory of its own among the spools. */
export type DirectoryOwner = SpoolOwner & { directory: string; pid: number; host: string };

/** For so long the directory of a live process never goes untouched, even where its machine is very busy. */
const DEAD_AFTER_MS = 30_000;

/**
 * The directories of all receivers that keep pings below one `DATA_DIR`, one for each process, even where nothing is kept: so
 * the next process knows which ones it replaces. A process has ended if its machine is this one and no process has its number,
 * or if nobody touched its directory for half a minute, as seen by this process: no two clocks are compared.
 */
export class SpoolOwners {
  readonly #root: string;
  readonly #own: DirectoryOwner;
  /** When this process first saw each directory as it is now, by its own clock that never goes back. */
  readonly #unchangedSince = new Map<string, { touchedAt: number; since: number }>();

  constructor(root: string, { id, startedAt }: SpoolOwner) {
    const [pid, host] = [process.pid, hostname()];
    const directory = join(root, `${Math.round(startedAt)}.${id}.${pid}.${host}`);
    this.#root = root;
    this.#own = { id, startedAt, directory, pid, host };
  }

  get own(): DirectoryOwner {
    return this.#own;
  }

  /** Makes this process's directory. @throws what the disk reports */
  claim(): void {
    mkdirSync(this.#own.directory, { recursive: true, mode: 0o700 });
  }

  /** Shows the others that this process lives; call it every second. */
  touch(): void {
    const now = new Date();
    try {
      utimesSync(this.#own.directory, now, now);
    } catch {
      // A disk that cannot be written shows when a ping is to be kept.
    }
  }

  /** The processes that have ended and left a directory, oldest first. */
  ended(): DirectoryOwner[] {
    return this.#all().filter((owner) => owner.directory !== this.#own.directory && this.#hasEnded(owner));
  }

  /** Removes a directory that keeps nothing any more. */
  remove({ directory }: DirectoryOwner): void {
    rmSync(directory, { recursive: true, force: true });
    this.#unchangedSince.delete(directory);
  }

  #all(): DirectoryOwner[] {
    try {
      return readdirSync(this.#root)
        .toSorted()
        .flatMap((name) => ownerOf(this.#root, name) ?? []);
    } catch {
      return [];
    }
  }

  #hasEnded({ pid, host, directory }: DirectoryOwner): boolean {
    if (host === this.#own.host && (pid === this.#own.pid || !isAlive(pid))) return true;
    const touchedAt = mtimeOf(directory);
    const before = this.#unchangedSince.get(directory);
    if (before?.touchedAt === touchedAt) return performance.now() - before.since > DEAD_AFTER_MS;
    this.#unchangedSince.set(directory, { touchedAt, since: performance.now() });
    return false;
  }
}

function ownerOf(root: string, name: string): DirectoryOwner | null {
  const [startedAt = "", id = "", pid = "", ...host] = name.split(".");
  if (!/^\d+$/.test(startedAt) || !/^[\da-f-]{36}$/.test(id) || !/^\d+$/.test(pid)) return null;
  return {
    id,
    startedAt: Number(startedAt),
    directory: join(root, name),
    pid: Number(pid),
    host: host.join("."),
  };
}

function mtimeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When this `DATA_DIR`'s receiver last reached the database, and whether it was alone then; a new process goes on from there. */
export class LastContact {
  readonly #file: string;
  #wall: number;
  #monotonic: number;
  #isAlone: boolean;

  constructor(root: string) {
    this.#file = join(root, "last-contact");
    this.#isAlone = readText(this.#file) !== OTHERS;
    this.#wall = mtimeOf(this.#file);
    this.#monotonic = performance.now() - (Date.now() - this.#wall);
  }

  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** How long ago that was, in milliseconds: what the one clock leaves out while the machine sleeps, the other one counts. */
  get sinceMs(): number {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
  }

  note(isAlone: boolean): void {
    const [now, hasChanged] = [new Date(), isAlone !== this.#isAlone];
    this.#isAlone = isAlone;
    this.#wall = now.getTime();
    this.#monotonic = performance.now();
    try {
      if (hasChanged) writeFileSync(this.#file, isAlone ? "" : OTHERS, { mode: 0o600 });
      else if (!isAlone) utimesSync(this.#file, now, now);
    } catch {
      // The next process then believes what was written before.
    }
  }
}

const OTHERS = "others";

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
