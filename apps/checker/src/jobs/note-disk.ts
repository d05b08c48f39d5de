import { statfs } from "node:fs/promises";

import { type Db, noteProblem } from "@overdue/db";

/** From this share of the disk on the operators are notified. */
const FULL_FROM = 0.9;

/** The bytes of a disk: those that may still be written by others than root, and all that may. */
type Space = { freeBytes: number; bytes: number };

/**
 * Stores for the operators whether the disk of the data directory is nearly full. A checker that runs where there is no such
 * directory, because the database is elsewhere, finds nothing.
 */
export async function noteDisk(db: Db, dataDir: string): Promise<void> {
  const space = await readSpace(dataDir);
  if (space !== null) await noteProblem(db, "disk", diskProblem(space, dataDir));
}

async function readSpace(directory: string): Promise<Space | null> {
  try {
    const { bsize, bavail, bfree, blocks } = await statfs(directory);
    // What is kept for root alone counts neither as free nor as the disk's.
    return { freeBytes: bavail * bsize, bytes: (blocks - (bfree - bavail)) * bsize };
  } catch {
    return null;
  }
}

/** A sentence where at most a tenth is free, rounded down to a whole percent; else null. */
export function diskProblem({ freeBytes, bytes }: Space, directory: string): string | null {
  if (bytes === 0 || 1 - freeBytes / bytes < FULL_FROM) return null;
  const free = Math.floor((100 * freeBytes) / bytes);
  return `The disk of DATA_DIR (${directory}) is nearly full: ${free} % are free. Once it is full, no ping is stored. Make room, or keep less: “npm run admin -- project retention”.`;
}
