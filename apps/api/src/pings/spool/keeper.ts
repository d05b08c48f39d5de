import {
  classifyDatabaseError,
  type KeptOnDisk,
  type ReceivedPing,
  type SpoolOwner,
  type PingTarget,
} from "@overdue/db";

import type { Outcome } from "../ping-store.ts";
import { targetName } from "../target-name.ts";
import { Unavailable } from "../unavailable.ts";
import type { PingSpool } from "./ping-spool.ts";
import type { Replayer } from "./replayer.ts";

const GENERATION_TARGETS_MAX = 20_000;

/**
 * The spool as the ingest of pings sees it, also where there is none. It remembers which targets were found lately, so that
 * their jobs get the usual answer while nobody can look them up.
 */
export class Keeper {
  readonly #spool: PingSpool | null;
  #recent = new Set<string>();
  #older = new Set<string>();

  constructor(spool: PingSpool | null) {
    this.#spool = spool;
  }

  /** Whether pings are kept that are not stored yet: then nothing else may be stored before them. */
  get isActive(): boolean {
    return this.#spool?.isActive ?? false;
  }

  /** What is kept now; null where there is no spool. */
  get state(): KeptOnDisk | null {
    return this.#spool?.state ?? null;
  }

  /** The receivers whose pings are on this disk. */
  get owners(): readonly SpoolOwner[] {
    return this.#spool?.owners ?? [];
  }

  /** Notes that the database was reached. `isAlone`: there is no other receiver. */
  noteContact(isAlone: boolean): void {
    this.#spool?.noteContact(isAlone);
  }

  /** Looks after what ended processes have left on this disk; call it after each heartbeat that was stored. */
  async tend(replayer: Replayer): Promise<void> {
    await this.#spool?.tend(replayer);
  }

  /** Whether pings can neither be stored nor kept, since the other receivers will soon go on without what is kept. */
  get isForsaken(): boolean {
    return this.#spool !== null && this.#spool.isActive && !this.#spool.isWaitedFor;
  }

  /** Whether this ping goes to the spool now. */
  takes(arrival: ReceivedPing): boolean {
    return this.#spool !== null && this.#spool.takesPings && this.#spool.canKeep(arrival);
  }

  /** Whether a ping that could not be stored may be kept. `error`: why it was not; null: it waited for too long. */
  canKeep(arrival: ReceivedPing, error: unknown): boolean {
    if (this.#spool === null || !this.#spool.canKeep(arrival)) return false;
    return error === null || classifyDatabaseError(error) !== null;
  }

  /** From now on pings are kept, where there is a spool. `lastBeatAt`: when the last heartbeat was stored. */
  begin(lastBeatAt: number): void {
    this.#spool?.begin(lastBeatAt);
  }

  /** Resolves once the ping is on the disk. @throws Unavailable if it cannot be kept */
  async keep(arrival: ReceivedPing): Promise<Outcome> {
    const isKnown = this.#knows(arrival.target);
    try {
      if (this.#spool === null) throw new Error("There is no spool.");
      await this.#spool.keep(arrival, isKnown);
    } catch (cause) {
      throw new Unavailable("The ping could neither be stored nor kept.", { cause });
    }
    return { kind: "kept", isKnown };
  }

  /** Keeps a heartbeat, and tries to store what is kept. */
  async heartbeat(at: number, replayer: Replayer): Promise<void> {
    await this.#spool?.heartbeat(at, replayer);
  }

  /** Remembers a target whose check was found. */
  learn(target: PingTarget): void {
    if (this.#spool === null) return;
    if (this.#recent.size >= GENERATION_TARGETS_MAX) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(targetName(target));
  }

  #knows(target: PingTarget): boolean {
    const name = targetName(target);
    return this.#recent.has(name) || this.#older.has(name);
  }
}
