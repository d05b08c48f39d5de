/** The entries that a fake has received, in order, and functions that wait for further ones without polling. */
export type Ledger<Entry> = {
  readonly received: readonly Entry[];
  /** Resolves with the first entry that fits, past or future; rejects after `timeoutMs` and shows the entries. */
  waitFor(fits: (entry: Entry) => boolean, timeoutMs?: number): Promise<Entry>;
  /** Resolves once at least `count` entries are there. */
  waitForCount(count: number, timeoutMs?: number): Promise<readonly Entry[]>;
  add(entry: Entry): void;
};

const TIMEOUT_MS = 15_000;

export function newLedger<Entry>(): Ledger<Entry> {
  const received: Entry[] = [];
  const watchers = new Set<() => void>();
  const until = (isReached: () => boolean, timeoutMs: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isReached()) return;
        watchers.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`No fitting entry came within ${timeoutMs} ms, only: ${JSON.stringify(received)}`));
      }, timeoutMs);
      watchers.add(look);
      look();
    });
  return {
    received,
    waitFor: async (fits, timeoutMs = TIMEOUT_MS) => {
      await until(() => received.some(fits), timeoutMs);
      const found = received.find(fits);
      if (found === undefined) throw new Error("A ledger only grows.");
      return found;
    },
    waitForCount: async (count, timeoutMs = TIMEOUT_MS) => {
      await until(() => received.length >= count, timeoutMs);
      return received;
    },
    add: (entry) => {
      received.push(entry);
      for (const look of watchers) look();
    },
  };
}
