import {
  type Knowledge,
  KnownChecks,
  type Pool,
  type ReceivedPing,
  type Recorded,
  recordKnown,
  recordPings,
} from "@overdue/db";

type Item = { arrival: ReceivedPing };

type Receiver<Waiting extends Item> = {
  knowledge: () => Knowledge;
  /** Called once they are durable. */
  settle: (recorded: readonly (readonly [Waiting, Recorded])[]) => void;
  /** Called for those that are not. */
  fail: (waiting: readonly Waiting[], error: unknown) => void;
};

/**
 * Stores batches of pings: first, in one statement, those of checks that are known from their last ping; then those whose
 * checks have to be read, or have more to write than state and history. The pings of one check go the same way.
 */
export class PingStore {
  readonly #pool: Pool;
  readonly #checks = new KnownChecks();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Resolves when all are stored or have failed. */
  async store<Waiting extends Item>(batch: readonly Waiting[], receiver: Receiver<Waiting>): Promise<void> {
    const others = await this.#storeKnown(batch, receiver);
    if (others.length > 0) await this.#storeAll(others, receiver);
  }

  /** After a failure of any statement it may be another server, or one that was put back, with other versions of its rows. */
  forget(): void {
    this.#checks.clear();
  }

  /** Returns those that are neither stored nor failed. */
  async #storeKnown<Waiting extends Item>(
    batch: readonly Waiting[],
    { knowledge, settle, fail }: Receiver<Waiting>,
  ): Promise<readonly Waiting[]> {
    let recorded: (Recorded | null)[];
    try {
      const known = { ...knowledge(), checks: this.#checks };
      recorded = await recordKnown(this.#pool, arrivalsOf(batch), known);
    } catch (error) {
      this.#checks.clear();
      if (isAboutData(error) || isDeadlock(error)) return batch;
      fail(batch, error);
      return [];
    }
    settle(pairs(batch, recorded));
    return batch.filter((_, i) => !recorded[i]);
  }

  async #storeAll<Waiting extends Item>(
    batch: readonly Waiting[],
    receiver: Receiver<Waiting>,
  ): Promise<void> {
    let recorded: Recorded[];
    try {
      const known = { ...receiver.knowledge(), checks: this.#checks };
      recorded = await recordPings(this.#pool, arrivalsOf(batch), known);
    } catch (error) {
      this.#checks.clear();
      // One ping that cannot be stored must not take its neighbours with it.
      if (batch.length > 1 && isAboutData(error))
        for (const waiting of batch) await this.#storeAll([waiting], receiver);
      else receiver.fail(batch, error);
      return;
    }
    receiver.settle(pairs(batch, recorded));
  }
}

function pairs<Waiting>(
  batch: readonly Waiting[],
  recorded: readonly (Recorded | null)[],
): (readonly [Waiting, Recorded])[] {
  return batch.flatMap((waiting, i) => {
    const outcome = recorded[i];
    return outcome ? [[waiting, outcome] as const] : [];
  });
}

function arrivalsOf(batch: readonly Item[]): ReceivedPing[] {
  return batch.map(({ arrival }) => arrival);
}

/** Nothing was written, and the same again will do. */
function isDeadlock(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "40P01";
}

/** The data was refused (classes 21 to 23), or our own code threw: another ping of the batch may still do. */
function isAboutData(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (!("code" in error) || typeof error.code !== "string")
    return error instanceof TypeError || error instanceof RangeError;
  return /^2[123]/.test(error.code);
}
