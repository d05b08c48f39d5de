/** Knows the open connections by address, so that one sender cannot take the room of all others. */
export class ConnectionCount {
  readonly #open = new Map<string, Set<string>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a connection; false where it is one too many. `close` follows in either case. */
  open(address: string, id: string): boolean {
    const ids = this.#open.get(address) ?? new Set();
    this.#open.set(address, ids.add(id));
    return ids.size <= this.#max;
  }

  close(address: string, id: string): void {
    const ids = this.#open.get(address);
    ids?.delete(id);
    if (ids?.size === 0) this.#open.delete(address);
  }
}
