import { statfsSync } from "node:fs";

import { classifyDatabaseError, type Pool, proveRoom } from "@overdue/db";

import { Unavailable } from "./unavailable.ts";

/** Below this the embedded database could fail at its next segment of 16 MB, and what it has to store besides pings with it. */
const LEAST_BYTES = 32_000_000;
/** Once pings were refused, this much must be free again, so that they are not taken and refused by turns. */
const ENOUGH_BYTES = 64_000_000;
const LOOK_EVERY_MS = 500;

const FULL = "The disk of DATA_DIR is full: no ping is stored until there is room again.";

/** Whether pings are refused for want of room, by what they did before and the bytes that are free. */
export function lacksRoom(didLack: boolean, freeBytes: number): boolean {
  return freeBytes < (didLack ? ENOUGH_BYTES : LEAST_BYTES);
}

type RoomOptions = {
  pool: Pool;
  /** Of the embedded database, where there is one; null: the database is on another disk. */
  directory: string | null;
};

/**
 * Whether there is room for pings. While there is none, they are refused and no heartbeat is committed: rows that exist can be
 * changed on a full disk, so heartbeats alone would say that all was received.
 */
export class Room {
  readonly #options: RoomOptions;
  #lookedAt = -Infinity;
  #isFull = false;
  /** The database had no room for a ping, which was refused, and has not been seen to have some since. */
  #wasRefused = false;

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Why no ping can be stored on this disk, as a sentence for the operator; null: there is room, or the database is elsewhere. */
  get problem(): string | null {
    const now = performance.now();
    const { directory } = this.#options;
    if (directory !== null && now - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = now;
      const freeBytes = readFree(directory);
      this.#isFull = freeBytes !== null && lacksRoom(this.#isFull, freeBytes);
    }
    return this.#isFull ? FULL : null;
  }

  /** What a ping is refused with that could neither be stored nor kept. `cause`: the error; null: it waited for too long. */
  refusal(sentence: string, cause: unknown): Unavailable {
    if (classifyDatabaseError(cause) === "full") this.#wasRefused = true;
    return new Unavailable(sentence, { cause });
  }

  /** Call before a checkpoint. @throws the database's error while it has no room for pings */
  async prove(): Promise<void> {
    if (!this.#wasRefused) return;
    await proveRoom(this.#options.pool);
    this.#wasRefused = false;
  }
}

/** The bytes that may still be written to the disk of a directory; null where there is no such directory. */
function readFree(directory: string): number | null {
  try {
    const { bsize, bavail } = statfsSync(directory);
    return bsize * bavail;
  } catch {
    return null;
  }
}
