import {
  ALONE,
  announceReceivers,
  commitCheckpoint,
  type Knowledge,
  type OutageCause,
  type Pool,
  readReception,
  recentOutages,
  type SpoolOwner,
} from "@overdue/db";
import type { Logger } from "pino";

import { type Clock, SKEW_MAX_MS } from "./clock.ts";
import type { Room } from "./room.ts";
import type { Keeper } from "./spool/keeper.ts";
import type { StallWatch } from "./stall-watch.ts";

type CheckpointOptions = {
  pool: Pool;
  receiverId: string;
  clock: Clock;
  log: Logger;
  stalls?: Pick<StallWatch, "causeWithin">;
  /** What this receiver keeps on its disk. */
  keeper: Pick<Keeper, "state" | "owners" | "noteContact">;
  room: Pick<Room, "prove">;
};

/** The checkpoints of a receiver, and what it learns of the others with each. */
export class Checkpoints {
  /** Of the last one; 0 before the first. */
  lastAt = 0;
  #loggedSkewMs = 0;
  /** Whether a statement has failed since the last checkpoint. */
  #hasFailed = false;
  #known: Knowledge = ALONE;
  #outagesVersion = "";
  readonly #startedAt: number;
  readonly #options: CheckpointOptions;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  knowledge(): Knowledge {
    return { ...this.#known, now: this.#options.clock.now() };
  }

  noteFailure(): void {
    this.#hasFailed = true;
  }

  /** Lets nobody evaluate past what is on this disk, of any of `owners`. */
  async announce(owners: readonly SpoolOwner[]): Promise<void> {
    const { pool, keeper } = this.#options;
    const { state: kept } = keeper;
    if (kept !== null) await announceReceivers(pool, { owners, kept });
  }

  /** Learns what is on record, where pings are stored before the first checkpoint. */
  async learnFirst(): Promise<void> {
    if (this.lastAt !== 0) return;
    const { outages, watermark } = await readReception(this.#options.pool);
    this.#known = { ...this.#known, outages, othersAt: watermark };
  }

  /**
   * Stores that everything accepted before this instant is committed, and what else follows from that. `owner`: whose heartbeat
   * it is; left out: this receiver's own. `noSilenceSince`: the heartbeats went on from then to this one.
   */
  async commit(
    acceptedAt: number,
    { owner, noSilenceSince = acceptedAt }: { owner?: SpoolOwner; noSilenceSince?: number } = {},
  ): Promise<void> {
    const { pool, receiverId, clock, log, keeper, room } = this.#options;
    await room.prove();
    const [before, kept] = [Date.now(), keeper.state];
    const ids = keeper.owners.map(({ id }) => id);
    const isOwn = owner === undefined || owner.id === receiverId;
    const checkpoint = await commitCheckpoint(pool, {
      receiverId: isOwn ? receiverId : owner.id,
      startedAt: isOwn ? this.#startedAt : owner.startedAt,
      acceptedAt,
      noSilenceSince,
      cause: this.#causeOfSilence(acceptedAt),
      kept: isOwn || kept === null ? kept : { ...kept, bytes: 0, since: null },
      owners: ids,
      // What this receiver accepted itself comes after all that others have left on its disk.
      later: isOwn ? ids : [receiverId],
    });
    const skewMs = clock.compare(checkpoint.databaseAt, { before, after: Date.now() });
    this.#warnOfSkew(skewMs);
    if (checkpoint.wasSetBack)
      log.warn(
        "The database's clock was set back: every check waits anew from now on. This is stored as an outage.",
      );
    if (checkpoint.outagesVersion !== this.#outagesVersion)
      this.#known = { ...this.#known, outages: await recentOutages(pool) };
    this.#outagesVersion = checkpoint.outagesVersion;
    this.#known = { ...this.#known, othersAt: checkpoint.othersAt };
    keeper.noteContact(checkpoint.othersAt === null);
    this.lastAt = acceptedAt;
    this.#hasFailed = false;
  }

  /** Warns once for each difference, not every second for as long as it lasts. */
  #warnOfSkew(skewMs: number): void {
    const hasChanged = Math.abs(skewMs - this.#loggedSkewMs) > SKEW_MAX_MS;
    if (!hasChanged) return;
    this.#loggedSkewMs = skewMs;
    if (Math.abs(skewMs) > SKEW_MAX_MS)
      this.#options.log.warn(
        { skewMs },
        "This machine's clock and the database's differ; the database's decides.",
      );
  }

  /** Why there was no checkpoint for so long, as far as this process knows. */
  #causeOfSilence(at: number): OutageCause | null {
    const stall = this.#options.stalls?.causeWithin(at - this.lastAt) ?? null;
    return stall ?? (this.#hasFailed ? "database" : null);
  }
}
