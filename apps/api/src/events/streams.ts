import { type Db, findEndedHolders, type StreamHolder } from "@overdue/db";
import type { Logger } from "pino";

/** How often an open stream says that it lives, and how often all are asked whether their holders may still watch. */
export type StreamTimes = { heartbeatMs: number; recheckMs: number };

type Stream = { holder: StreamHolder; close: () => void };

const STREAMS_MAX = 2_000;
/** Each open page of a person has one. */
const STREAMS_OF_HOLDER_MAX = 30;
const TIMES: StreamTimes = { heartbeatMs: 15_000, recheckMs: 3_000 };

/** The open streams of this process: bounded in all and for each holder, closed soon after their holder may no longer watch. */
export class Streams {
  readonly times: StreamTimes;
  readonly #db: Db;
  readonly #log: Logger;
  readonly #open = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ db, log, times = TIMES }: { db: Db; log: Logger; times?: StreamTimes | undefined }) {
    this.times = times;
    this.#db = db;
    this.#log = log;
  }

  get isFull(): boolean {
    return this.#open.size >= STREAMS_MAX;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether this person or key has as many open as anybody may. */
  isFullFor(holder: StreamHolder): boolean {
    const who = nameOf(holder);
    let count = 0;
    for (const open of this.#open) if (nameOf(open.holder) === who) count += 1;
    return count >= STREAMS_OF_HOLDER_MAX;
  }

  add(stream: Stream): void {
    this.#open.add(stream);
    this.#timer ??= setTimeout(() => void this.#recheck(), this.times.recheckMs).unref();
  }

  remove(stream: Stream): void {
    this.#open.delete(stream);
  }

  closeAll(): void {
    clearTimeout(this.#timer);
    for (const { close } of this.#open) close();
  }

  /** One statement for all of them. While the database does not answer, nothing can be seen through them either. */
  async #recheck(): Promise<void> {
    const streams = [...this.#open];
    try {
      const ended = await findEndedHolders(
        this.#db,
        streams.map(({ holder }) => holder),
      );
      for (const index of ended) streams[index]?.close();
    } catch (err) {
      this.#log.warn({ err }, "Open event streams could not be checked; trying again in some seconds.");
    }
    this.#timer = undefined;
    if (this.#open.size > 0) {
      this.#timer = setTimeout(() => void this.#recheck(), this.times.recheckMs).unref();
    }
  }
}

function nameOf(holder: StreamHolder): string {
  return holder.kind === "user" ? `user ${holder.userId}` : `key ${holder.keyId}`;
}
