import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

import { type Machine, privateDirectory, stateDirectory } from "../machine.ts";
import type { RunRecord } from "./record.ts";

/** How many reports are kept at most; then the oldest go. */
const KEPT_MAX = 1_000;
/** A part of a file that is this old belongs to a process that died while it wrote. */
const LEFTOVER_MS = 3_600_000;
const PROBLEM = "last-problem";

/** A report in the spool. */
export type Kept = { path: string; record: RunRecord };

/** The folder of the reports that are not delivered yet. Throws where it cannot be made. */
function spoolDirectory(machine: Machine): string {
  return privateDirectory(join(privateDirectory(stateDirectory(machine), machine.uid), "spool"), machine.uid);
}

/**
 * Keeps a report until it is delivered; a second one of the same run takes the place of the first. It is on the disk when
 * this returns, whole or not at all. @returns why it could not be kept; null: it is
 */
export function keep(machine: Machine, record: RunRecord, keptMax = KEPT_MAX): string | null {
  let temporary: string | null = null;
  try {
    const folder = spoolDirectory(machine);
    makeRoom(folder, keptMax);
    const path = join(folder, nameOf(record));
    temporary = `${path}.${process.pid}.part`;
    writeDurably(temporary, JSON.stringify(record));
    renameSync(temporary, path);
    syncFolder(folder);
    return null;
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { force: true });
    return (error as Error).message;
  }
}

/** Forgets a report that was delivered, or that is refused for good. */
export function forget(machine: Machine, record: RunRecord): void {
  try {
    rmSync(join(spoolDirectory(machine), nameOf(record)), { force: true });
  } catch {
    // It is delivered once more, which the server notices.
  }
}

/** What is kept, oldest first. What cannot be read, since its disk was full or broken, is removed. */
export function readSpool(machine: Machine): Kept[] {
  let folder: string;
  try {
    folder = spoolDirectory(machine);
  } catch {
    return [];
  }
  return names(folder).flatMap((name) => {
    const path = join(folder, name);
    try {
      const record = JSON.parse(readFileSync(path, "utf8")) as RunRecord;
      if (typeof record.runId === "string" && typeof record.target.pingUrl === "string")
        return [{ path, record }];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    }
    rmSync(path, { force: true });
    return [];
  });
}

/** Keeps the sentence about what went wrong last, for `overdue spool`. */
export function noteProblem(machine: Machine, sentence: string): void {
  try {
    const path = join(privateDirectory(stateDirectory(machine), machine.uid), PROBLEM);
    writeDurably(path, `${new Date().toISOString()} ${sentence}\n`);
  } catch {
    // There is nowhere left to say it.
  }
}

/** What went wrong last, with its time; null: nothing. */
export function lastProblem(machine: Machine): string | null {
  try {
    return readFileSync(join(stateDirectory(machine), PROBLEM), "utf8").trim();
  } catch {
    return null;
  }
}

/** Begins with the time of its start or end, so that the order of names is that of time. */
function nameOf({ started, ended, runId }: RunRecord): string {
  return `${String((started ?? ended)?.at ?? 0).padStart(14, "0")}-${runId}.json`;
}

function names(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
}

function makeRoom(folder: string, keptMax: number): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".part"))) {
    const path = join(folder, name);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > LEFTOVER_MS)
      rmSync(path, { force: true });
  }
  for (const name of names(folder).slice(0, 1 - keptMax)) rmSync(join(folder, name), { force: true });
}

function writeDurably(path: string, text: string): void {
  const fd = openSync(path, "w", 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  fsyncSync(fd);
  closeSync(fd);
}
