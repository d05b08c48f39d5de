import { type Recorded, targetKey, type PingTarget } from "@overdue/db";

/** What a queue needs to know of an item: what must be kept in order with it, and its size. */
type Queueable = { key: string; bytes: number };

export type BatchLimits = { count: number; bytes: number };

/**
 * Items in the order of their arrival. They are taken in batches, of which several may be under way at once. An item whose
 * key is in a batch under way waits for that batch, so that the items of one key are worked on strictly in order.
 */
export class PingQueue<Item extends Queueable> {
  /** By the items' numbers, which grow in the order of arrival. */
  readonly #waiting = new Map<number, Item>();
  readonly #underWay = new Map<number, Item>();
  readonly #busyKeys = new Set<string>();
  #last = 0;

  /** How many items wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many items are in the batches under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** The number of the newest item; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Whether every item up to this number is done. */
  isDoneUpTo(number: number): boolean {
    return firstNumber(this.#waiting) > number && lowestNumber(this.#underWay) > number;
  }

  push(item: Item): void {
    this.#last += 1;
    this.#waiting.set(this.#last, item);
  }

  /** Takes all waiting items out, oldest first. */
  drain(): Item[] {
    const items = [...this.#waiting.values()];
    this.#waiting.clear();
    return items;
  }

  /** Drops the oldest items, up to the first that is not too old. */
  dropWhile(isTooOld: (item: Item) => boolean): void {
    for (const [number, item] of this.#waiting) {
      if (!isTooOld(item)) return;
      this.#waiting.delete(number);
    }
  }

  /**
   * Takes the oldest items whose keys are free, at least one if there is any. Call `done` with the returned batch, unless it
   * is empty.
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

  /** Ends a batch: its keys are free again. */
  done(batch: ReadonlyMap<number, Item>): void {
    for (const [number, item] of batch) {
      this.#underWay.delete(number);
      this.#busyKeys.delete(item.key);
    }
  }
}

function firstNumber(items: ReadonlyMap<number, unknown>): number {
  for (const number of items.keys()) return number;
  return Infinity;
}

function lowestNumber(items: ReadonlyMap<number, unknown>): number {
  let least = Infinity;
  for (const number of items.keys()) least = Math.min(least, number);
  return least;
}

const SLUGS_KNOWN_MAX = 10_000;

/**
 * The keys by which the pings of one check are kept in order. Once a ping has found the check of a slug, both forms of URL
 * have the same key. Before that, or after a slug has moved to another check, pings of the two forms may overtake each
 * other, as they may between two receivers.
 */
export class TargetKeys {
  readonly #ofSlugs = new Map<string, string>();

  checkKey(target: PingTarget): string {
    return target.kind === "uuid"
      ? target.pingUuid
      : (this.#ofSlugs.get(targetKey(target)) ?? targetKey(target));
  }

  learn(target: PingTarget, recorded: Recorded): void {
    if (target.kind !== "slug" || recorded.kind !== "recorded") return;
    if (this.#ofSlugs.size >= SLUGS_KNOWN_MAX) this.#ofSlugs.clear();
    this.#ofSlugs.set(targetKey(target), recorded.pingUuid);
  }
}
