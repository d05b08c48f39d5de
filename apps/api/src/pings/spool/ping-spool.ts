import { setImmediate } from "node:timers/promises";

import { mayKeep, RECEIVER_DOWN_AFTER_MS } from "@overdue/core";
import type { KeptOnDisk, ReceivedPing, SpoolOwner } from "@overdue/db";
import type { Logger } from "pino";

import { splitIntoBatches } from "./batches.ts";
import { canKeep, contentOfHeartbeat, contentOfPing, readContent } from "./spool-entry.ts";
import { LastContact, type DirectoryOwner, SpoolOwners } from "./owners.ts";
import type { Replayer } from "./replayer.ts";
import { SpoolFiles } from "./spool-files.ts";

export type SpoolOptions = {
  /** Below it each process has a directory of its own. */
  directory: string;
  /** This receiver. */
  owner: SpoolOwner;
  /** Of all files together. */
  bytesMax: number;
  now: () => number;
  log: Logger;
};

/** Replay is about to end when all that there was took no longer than this. */
const QUICK_MS = 300;
/** How long new pings wait in memory for the end of replay. */
const HOLD_MS_MAX = 1_000;
/** Of pings that may be for no check at all the spool keeps no more than this share. */
const UNKNOWN_SHARE_MAX = 0.25;
/** Heartbeats are asked for whenever a deadline waits for one; no more than one a second is kept. */
const BEAT_EVERY_MS = 900;
/** How often to look for what other processes have left behind. */
const LOOK_EVERY_MS = 5_000;

/** What a process left behind that has ended. It is stored in that one's name, and before anything of this process. */
type LeftBehind = { owner: DirectoryOwner; files: SpoolFiles };

/**
 * Keeps pings on this machine's disk while the database cannot take them. While it is active, every ping and every heartbeat
 * goes through it, so that each is stored in the order of its arrival, and no checkpoint overtakes a ping that is only kept.
 */
export class PingSpool {
  readonly #options: SpoolOptions;
  readonly #owners: SpoolOwners;
  readonly #contact: LastContact;
  readonly #files: SpoolFiles;
  #left: LeftBehind[] = [];
  #lookedAt = -Infinity;
  #isActive = false;
  /** Whether new pings wait in memory until the last kept ones are stored. */
  #isEnding = false;
  #isClosing = false;
  #replaying: Promise<void> | null = null;
  #beatAt = -Infinity;
  /** When the oldest ping was received that is kept, as far as is known. */
  #since: number | null = null;
  #unknownBytes = 0;
  /** How many pings were kept since this process started. */
  kept = 0;

  /** @throws what the disk reports where the directory cannot be made */
  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#owners = new SpoolOwners(options.directory, options.owner);
    this.#owners.claim();
    this.#contact = new LastContact(options.directory);
    this.#files = new SpoolFiles(
      this.#owners.own.directory,
      () => options.bytesMax - this.bytes + this.#files.bytes,
    );
    this.#look();
  }

  /** Whether pings are kept that are not stored yet: then nothing else may be stored before them. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether new pings go to the spool. */
  get takesPings(): boolean {
    return this.#isActive && !this.#isEnding && this.isWaitedFor;
  }

  get bytes(): number {
    return this.#left.reduce((sum, { files }) => sum + files.bytes, this.#files.bytes);
  }

  /** What is kept now, for those who wait for it. */
  get state(): KeptOnDisk {
    const { bytes } = this;
    return { host: this.#owners.own.host, bytes, since: bytes === 0 ? null : this.#since };
  }

  /** All whose pings are on this disk, this receiver first. */
  get owners(): SpoolOwner[] {
    return [this.#options.owner, ...this.#left.map(({ owner }) => owner)];
  }

  /** Notes that the database was reached. `isAlone`: there is no other receiver. */
  noteContact(isAlone: boolean): void {
    this.#contact.note(isAlone);
  }

  /** Looks for what others have left behind, and lets nobody wait for those of whom nothing is kept; call it once a second. */
  async tend(replayer: Replayer): Promise<void> {
    this.#look();
    if (!this.#isActive) for (const left of this.#left) await this.#release(left, replayer);
  }

  canKeep(arrival: ReceivedPing): boolean {
    return this.isWaitedFor && canKeep(arrival);
  }

  /** Whether the other receivers, if there are any, still wait for what this one keeps. */
  get isWaitedFor(): boolean {
    const { sinceMs, isAlone } = this.#contact;
    return mayKeep({ sinceContactMs: sinceMs, isAlone });
  }

  /** Finds what processes have left behind that have ended since the last look. */
  #look(): void {
    this.#owners.touch();
    if (this.#replaying !== null || performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = performance.now();
    const known = new Set(this.#left.map(({ owner }) => owner.id));
    const found = this.#owners.ended().filter(({ id }) => !known.has(id));
    const left = found.map((owner) => ({ owner, files: new SpoolFiles(owner.directory, () => 0) }));
    this.#left = [...this.#left, ...left];
    const sinces = left.flatMap(({ files }) => files.since ?? []);
    if (sinces.length === 0) return;
    this.#isActive = true;
    this.#since = Math.min(this.#since ?? Infinity, ...sinces);
    this.#options.log.warn({ bytes: this.bytes }, "Pings of an earlier process are still to be stored.");
  }

  async #release(left: LeftBehind, replayer: Replayer): Promise<void> {
    await replayer.release(left.owner);
    this.#owners.remove(left.owner);
    this.#left = this.#left.filter((each) => each !== left);
  }

  /** From now on pings are kept. `lastBeatAt`: when the last heartbeat was stored. */
  begin(lastBeatAt: number): void {
    if (this.#isActive) return;
    this.#isActive = true;
    this.#beatAt = lastBeatAt;
    this.#since = this.#options.now();
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
    this.#look();
    const isDue = at - this.#beatAt >= BEAT_EVERY_MS;
    if (isDue && this.isWaitedFor) await this.#beat(at).catch(() => undefined);
    this.#replaying ??= this.#replay(replayer)
      .catch((err: unknown) => this.#options.log.info({ err }, "Kept pings cannot be stored yet."))
      .finally(() => (this.#replaying = null));
  }

  /** What is not stored by then stays on the disk for the next process. @returns whether nothing is left */
  async close(): Promise<boolean> {
    this.#isClosing = true;
    await this.#replaying;
    await this.#files.close();
    if (!this.#files.isEmpty) return false;
    this.#owners.remove(this.#owners.own);
    return true;
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
    await replayer.begin(this.owners);
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
        if (this.#files.isEmpty && this.#left.length === 0) {
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
    for (const left of this.#left) {
      await this.#storeFiles(left.files, left.owner, replayer);
      if (this.#isClosing) return;
      await this.#release(left, replayer);
    }
    await this.#storeFiles(this.#files, this.#options.owner, replayer);
  }

  async #storeFiles(files: SpoolFiles, owner: SpoolOwner, replayer: Replayer): Promise<void> {
    for (let part = await files.read(); part !== null && !this.#isClosing; part = await files.read()) {
      if (part.skipped > 0)
        this.#options.log.error(
          { bytes: part.skipped },
          "A part of the kept pings is damaged, and is left out.",
        );
      const { ends } = part;
      const kept = part.contents.flatMap((content, index) => {
        const each = readContent(content);
        return each === null ? [] : [{ ...each, end: ends[index] ?? 0 }];
      });
      for (const batch of splitIntoBatches(kept)) {
        if (batch.arrivals.length > 0) await replayer.store(batch.arrivals);
        if (batch.heartbeats !== null) await replayer.checkpoint(batch.heartbeats, owner);
        this.#since = batch.heartbeats?.last ?? this.#since;
        // A slow database may refuse the next one: what is stored is stored.
        files.replayed(batch.end);
      }
      files.replayed(ends.at(-1) ?? 0);
    }
  }

  #end(replayer: Replayer): void {
    this.#isActive = false;
    this.#isEnding = false;
    this.#since = null;
    this.#unknownBytes = 0;
    this.#options.log.warn({ kept: this.kept }, "All kept pings are stored.");
    replayer.onEmpty();
  }

  /** A spool that could never be written is of no use: pings are refused again, and their senders try again. */
  async #endIfEmpty(): Promise<void> {
    if (this.bytes > 0) return;
    await this.#files.rotate();
    if (this.bytes === 0 && this.#files.isEmpty) this.#isActive = false;
  }
}
