import { statfs } from "node:fs/promises";
import { join } from "node:path";

import { type Db, noteProblem } from "@overdue/db";

/** From this share of the disk on the operators are notified. */
const FULL_FROM = 0.9;
/** A tenth of a large disk is room for years of pings: there, bodies are given up only when this much is left. */
const BODIES_BYTES_MIN = 5e9;

/** The bytes of a disk: those that may still be written by others than root, and all that may. */
type Space = { freeBytes: number; bytes: number };

/**
 * Stores for the operators whether the disk of the data directory is nearly full. Where the database is on that disk, pings
 * are stored without their bodies then, so that the room that is left serves what decides about alerts. A checker that runs where there is no such
 * directory, because the database is elsewhere, finds nothing.
 */
export async function noteDisk(db: Db, dataDir: string): Promise<void> {
  const space = await readSpace(dataDir);
  if (space === null) return;
  await noteProblem(db, "disk", diskProblem(space, dataDir));
  const ofDatabase = await readSpace(join(dataDir, "postgres"));
  await noteProblem(db, "bodies", ofDatabase !== null && isShort(ofDatabase) ? NO_BODIES : null);
}

const NO_BODIES =
  "Pings are stored without their bodies, so that there is room for the pings themselves: the disk of the database is nearly full. Deadlines, incidents and alerts are not concerned, but alerts show no output of jobs. Bodies are stored again within two minutes once there is room.";

/** Whether a disk has so little room that bodies of pings must not take it. */
export function isShort(space: Space): boolean {
  return isNearlyFull(space) && space.freeBytes < BODIES_BYTES_MIN;
}

function isNearlyFull({ freeBytes, bytes }: Space): boolean {
  return bytes > 0 && 1 - freeBytes / bytes >= FULL_FROM;
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
export function diskProblem(space: Space, directory: string): string | null {
  if (!isNearlyFull(space)) return null;
  const { freeBytes, bytes } = space;
  const free = Math.floor((100 * freeBytes) / bytes);
  return `The disk of DATA_DIR (${directory}) is nearly full: ${free} % are free. Once it is full, no ping is stored. Make room, or keep less: “npm run admin -- project retention”.`;
}
