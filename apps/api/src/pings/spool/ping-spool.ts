import { setImmediate } from "node:timers/promises";

import { RECEIVER_DOWN_AFTER_MS, type ReceivedPing } from "@overdue/db";
import type { Logger } from "pino";

import { canKeep, contentOfHeartbeat, contentOfPing, type Kept, readContent } from "./kept-ping.ts";
import { SpoolFiles } from "./spool-files.ts";

/** How kept pings are stored once the database answers again. All throw while it does not. */
export type Replayer = {
  /** Called before anything is stored. */
  begin: () => Promise<void>;
  /** Stores pings that arrived between two heartbeats, in their order; those that are stored already are left alone. */
  store: (arrivals: readonly ReceivedPing[]) => Promise<void>;
  /** Stores the heartbeat that was accepted at this instant. */
  checkpoint: (acceptedAt: number) => Promise<void>;
  /** Called once everything is stored. */
  onEmpty: () => void;
  /** Called when pings that waited in memory for that have to be kept after all. */
  onHeld: () => void;
};

export type SpoolOptions = {
  directory: string;
  /** Of all files together. */
  bytesMax: number;
  now: () => number;
  log: Logger;
};

/** So many pings are stored in one transaction. */
const BATCH_MAX = 500;
/** Replay is about to end when all that there was took no longer than this. */
const QUICK_MS = 300;
/** How long new pings wait in memory for the end of replay. */
const HOLD_MS_MAX = 1_000;
/** Of pings that may be for no check at all the spool keeps no more than this share. */
const UNKNOWN_SHARE_MAX = 0.25;

/**
 * Keeps pings on this machine's disk while the database cannot take them. While it is active, every ping and every heartbeat
 * goes through it, so that each is stored in the order of its arrival, and no checkpoint overtakes a ping that is only kept.
 */
export class PingSpool {
  readonly #options: SpoolOptions;
  readonly #files: SpoolFiles;
  #isActive: boolean;
  /** Whether new pings wait in memory until the last kept ones are stored. */
  #isEnding = false;
  #isClosing = false;
  #replaying: Promise<void> | null = null;
  #beatAt: number;
  #unknownBytes = 0;
  /** How many pings were kept since this process started. */
  kept = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#files = new SpoolFiles(options.directory, options.bytesMax);
    this.#isActive = !this.#files.isEmpty;
    this.#beatAt = -Infinity;
    if (this.#isActive)
      options.log.warn({ bytes: this.#files.bytes }, "Pings of an earlier process are still to be stored.");
  }

  /** Whether pings are kept that are not stored yet: then nothing else may be stored before them. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether new pings go to the spool. */
  get takesPings(): boolean {
    return this.#isActive && !this.#isEnding;
  }

  get bytes(): number {
    return this.#files.bytes;
  }

  canKeep(arrival: ReceivedPing): boolean {
    return canKeep(arrival);
  }

  /** From now on pings are kept. `lastBeatAt`: when the last heartbeat was stored. */
  begin(lastBeatAt: number): void {
    if (this.#isActive) return;
    this.#isActive = true;
    this.#beatAt = lastBeatAt;
    this.#options.log.warn(
      "The database does not take pings: they are kept on this machine's disk until it does.",
    );
  }

  /** Resolves once the ping is on the disk. @throws what the disk reports, or SpoolFull */
  async keep(arrival: ReceivedPing, isKnown: boolean): Promise<void> {
    const content = contentOfPing(arrival);
    if (!isKnown) this.#countUnknown(content.length);
    const proven = this.#proveSilenceOver();
    await Promise.all([proven, this.#files.append(content)]).catch((error: unknown) => {
      void this.#endIfEmpty();
      throw error;
    });
    this.kept += 1;
  }

  /** Keeps a heartbeat, and tries to store what is kept. Resolves when the heartbeat is on the disk, or cannot be. */
  async heartbeat(at: number, replayer: Replayer): Promise<void> {
    await this.#beat(at).catch(() => undefined);
    this.#replaying ??= this.#replay(replayer)
      .catch((err: unknown) => this.#options.log.info({ err }, "Kept pings cannot be stored yet."))
      .finally(() => (this.#replaying = null));
  }

  /** What is not stored by then stays on the disk for the next process. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#replaying;
    await this.#files.close();
  }

  #countUnknown(bytes: number): void {
    this.#unknownBytes += bytes;
    if (this.#unknownBytes > this.#options.bytesMax * UNKNOWN_SHARE_MAX)
      throw new Error("The spool keeps too many pings whose check is not known.");
  }

  /** After a while without a heartbeat the next one comes first: what lies between was an outage, and is stored before any ping. */
  #proveSilenceOver(): Promise<void> {
    const at = this.#options.now();
    return at - this.#beatAt > RECEIVER_DOWN_AFTER_MS ? this.#beat(at) : Promise.resolve();
  }

  async #beat(at: number): Promise<void> {
    const before = this.#beatAt;
    this.#beatAt = at;
    try {
      await this.#files.append(contentOfHeartbeat(at));
    } catch (error) {
      this.#beatAt = before;
      throw error;
    }
  }

  async #replay(replayer: Replayer): Promise<void> {
    await replayer.begin();
    for (let before = Infinity; !this.#isClosing;) {
      const begun = performance.now();
      await this.#files.rotate();
      await this.#storeAll(replayer);
      const took = performance.now() - begun;
      // The quicker this was, the fewer have come meanwhile. Where it gets no quicker any more, it never will.
      if ((took < QUICK_MS || took > before * 0.9) && (await this.#tryToEnd(replayer))) return;
      before = took;
    }
  }

  /**
   * Stores the last kept pings while new ones wait in memory; not for long, since their jobs wait for an answer. Returns
   * whether all are stored; if not, those that waited are kept, too.
   */
  async #tryToEnd(replayer: Replayer): Promise<boolean> {
    this.#isEnding = true;
    try {
      for (const until = performance.now() + HOLD_MS_MAX; performance.now() < until;) {
        // Lets what is being written come to its end.
        await setImmediate();
        await this.#files.rotate();
        if (this.#files.isEmpty) {
          this.#end(replayer);
          return true;
        }
        await this.#storeAll(replayer);
      }
    } finally {
      this.#isEnding = false;
      if (this.#isActive) replayer.onHeld();
    }
    return false;
  }

  async #storeAll(replayer: Replayer): Promise<void> {
    for (let part = await this.#files.read(); part !== null; part = await this.#files.read()) {
      if (part.skipped > 0)
        this.#options.log.error(
          { bytes: part.skipped },
          "A part of the kept pings is damaged, and is left out.",
        );
      const kept = part.contents.map(readContent).filter((each) => each !== null);
      for (const batch of batches(kept)) {
        if (batch.arrivals.length > 0) await replayer.store(batch.arrivals);
        if (batch.beat !== null) await replayer.checkpoint(batch.beat);
      }
      this.#files.replayed(part.bytes);
    }
  }

  #end(replayer: Replayer): void {
    this.#isActive = false;
    this.#isEnding = false;
    this.#unknownBytes = 0;
    this.#options.log.warn({ kept: this.kept }, "All kept pings are stored.");
    replayer.onEmpty();
  }

  /** A spool that could never be written is of no use: pings are refused again, and their senders try again. */
  async #endIfEmpty(): Promise<void> {
    if (this.#files.bytes > 0) return;
    await this.#files.rotate();
    if (this.#files.bytes === 0 && this.#files.isEmpty) this.#isActive = false;
  }
}

type Batch = { arrivals: ReceivedPing[]; beat: number | null };

/** Splits what was kept behind each heartbeat, and after so many pings. */
function batches(kept: readonly Kept[]): Batch[] {
  const all: Batch[] = [];
  let arrivals: ReceivedPing[] = [];
  const close = (beat: number | null) => {
    // Pings that failed together were kept in the order in which their transactions ended.
    all.push({ arrivals: arrivals.toSorted((a, b) => a.record.receivedAt - b.record.receivedAt), beat });
    arrivals = [];
  };
  for (const each of kept) {
    if (each.kind === "heartbeat") close(each.at);
    else arrivals.push(each.arrival);
    if (arrivals.length >= BATCH_MAX) close(null);
  }
  if (arrivals.length > 0) close(null);
  return all;
}
