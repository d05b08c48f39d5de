import { type Recorded, slugOf, type Target } from "@overdue/db";

/** What a queue needs to know of an item: whom it concerns, and its size. */
type Queueable = { key: string; bytes: number };

export type BatchLimits = { count: number; bytes: number };

/**
 * Items in the order in which they came, taken in batches of which several are under way at once. An item whose key is in
 * a batch under way waits for that batch, so that all of one key are worked on strictly in order.
 */
export class PingQueue<Item extends Queueable> {
  /** By the number of each item, which grows in the order in which they came. */
  readonly #waiting = new Map<number, Item>();
  readonly #underWay = new Map<number, Item>();
  readonly #busyKeys = new Set<string>();
  #last = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many are in the batches under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** The number of the newest item; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Whether everything up to this number is done. */
  isDoneUpTo(number: number): boolean {
    return first(this.#waiting) > number && lowest(this.#underWay) > number;
  }

  push(item: Item): void {
    this.#last += 1;
    this.#waiting.set(this.#last, item);
  }

  /** Drops what nobody waits for any more, from the oldest on. */
  dropWhile(isTooOld: (item: Item) => boolean): void {
    for (const [number, item] of this.#waiting) {
      if (!isTooOld(item)) return;
      this.#waiting.delete(number);
    }
  }

  /**
   * Takes the oldest items that can go now, at least one where there is any. Call `done` with the batch that it returns;
   * an empty batch needs none.
   */
  take(limits: BatchLimits): Map<number, Item> {
    const batch = new Map<number, Item>();
    let bytes = 0;
    for (const [number, item] of this.#waiting) {
      if (this.#busyKeys.has(item.key)) continue;
      bytes += item.bytes;
      if (batch.size > 0 && (bytes > limits.bytes || batch.size >= limits.count)) break;
      batch.set(number, item);
    }
    for (const [number, item] of batch) {
      this.#waiting.delete(number);
      this.#underWay.set(number, item);
      this.#busyKeys.add(item.key);
    }
    return batch;
  }

  /** The batch is worked on: its keys are free again. */
  done(batch: ReadonlyMap<number, Item>): void {
    for (const [number, item] of batch) {
      this.#underWay.delete(number);
      this.#busyKeys.delete(item.key);
    }
  }
}

function first(items: ReadonlyMap<number, unknown>): number {
  for (const number of items.keys()) return number;
  return Infinity;
}

function lowest(items: ReadonlyMap<number, unknown>): number {
  let least = Infinity;
  for (const number of items.keys()) least = Math.min(least, number);
  return least;
}

const SLUGS_KNOWN_MAX = 10_000;

/**
 * By what the pings of one check are kept in order. A slug is as good as its check's own secret once a ping has found it;
 * before that, as where a slug has just been given to another check, two forms of address may overtake each other, as
 * they may between two receivers.
 */
export class TargetKeys {
  readonly #ofSlugs = new Map<string, string>();

  of(target: Target): string {
    return target.kind === "uuid" ? target.pingUuid : (this.#ofSlugs.get(slugOf(target)) ?? slugOf(target));
  }

  learn(target: Target, recorded: Recorded): void {
    if (target.kind !== "slug" || recorded.kind !== "recorded") return;
    if (this.#ofSlugs.size >= SLUGS_KNOWN_MAX) this.#ofSlugs.clear();
    this.#ofSlugs.set(slugOf(target), recorded.pingUuid);
  }
}
