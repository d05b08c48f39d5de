import type { StoredCheck } from "../checks/check-row.ts";

/** A check as it was stored last, and the transaction that wrote its row (`xmin`): another one there means that it has changed. */
export type KnownCheck = { stored: StoredCheck; version: string };

const GENERATION = 10_000;

/**
 * Checks as this process stored them last, by the secrets of their ping URLs, so that the next ping of each needs not be read
 * again. What is known may be old: it only counts where the row still has that version when it is written. Keeps the
 * 10,000 checks that pinged last, and at most twice as many.
 */
export class KnownChecks {
  #recent = new Map<string, KnownCheck>();
  #older = new Map<string, KnownCheck>();

  get(pingUuid: string): KnownCheck | undefined {
    return this.#recent.get(pingUuid) ?? this.#older.get(pingUuid);
  }

  learn(known: KnownCheck): void {
    if (this.#recent.size >= GENERATION) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(known.stored.pingUuid, known);
  }

  forget(pingUuid: string): void {
    this.#recent.delete(pingUuid);
    this.#older.delete(pingUuid);
  }

  /** After a failure nobody knows what was stored, nor whether it is still the same server. */
  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}
