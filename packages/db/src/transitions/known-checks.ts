import type { StoredCheck } from "../checks/check-row.ts";

/** A check as it was stored last, and the transaction that wrote its row (`xmin`): a different one means that the check has changed. */
export type KnownCheck = { stored: StoredCheck; version: string };

const GENERATION_CHECKS_MAX = 10_000;

/**
 * Checks as this process stored them last, by the UUIDs of their ping URLs, so that they need not be read for their next
 * ping. A known check may be out of date: it only counts if its row still has that version when it is written. Keeps the
 * 10,000 checks that were pinged last, and at most twice as many.
 */
export class KnownChecks {
  #recent = new Map<string, KnownCheck>();
  #older = new Map<string, KnownCheck>();

  get(pingUuid: string): KnownCheck | undefined {
    return this.#recent.get(pingUuid) ?? this.#older.get(pingUuid);
  }

  learn(known: KnownCheck): void {
    if (this.#recent.size >= GENERATION_CHECKS_MAX) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(known.stored.pingUuid, known);
  }

  forget(pingUuid: string): void {
    this.#recent.delete(pingUuid);
    this.#older.delete(pingUuid);
  }

  /** Forgets all. After a failure nobody knows what was stored, nor whether it is still the same server. */
  clear(): void {
    this.#recent.clear();
    this.#older.clear();
  }
}
