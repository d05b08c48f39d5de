import {
  findByToken,
  type Knowledge,
  KnownChecks,
  type Pool,
  PrivacyRules,
  type ReceivedPing,
  type Recorded,
  recordKnown,
  recordPings,
} from "@overdue/db";

/** What became of a ping. "kept": it is on this machine's disk, and stored later; `isKnown`: its check is known to exist. */
export type Outcome = Recorded | { kind: "kept"; isKnown: boolean };

type Item = { arrival: ReceivedPing };

type Receiver<Waiting extends Item> = {
  knowledge: () => Knowledge;
  /** Called with pings that are durable. */
  settle: (recorded: readonly (readonly [Waiting, Recorded])[]) => void;
  /** Called with pings that could not be stored. */
  fail: (waiting: readonly Waiting[], error: unknown) => void;
};

/**
 * Stores batches of pings: first, in one statement, those of checks that are known from their last ping; then those whose
 * checks must be read, or need more written than state and history. The pings of one check are never split between the two.
 */
export class PingStore {
  readonly #pool: Pool;
  readonly #checks = new KnownChecks();
  readonly #privacy = new PrivacyRules();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Resolves when each ping is stored or has failed. */
  async store<Waiting extends Item>(batch: readonly Waiting[], receiver: Receiver<Waiting>): Promise<void> {
    const others = await this.#storeKnown(batch, receiver);
    if (others.length > 0) await this.#storeAll(others, receiver);
  }

  /** The same for pings that were kept meanwhile, some of which may be stored already. */
  async storeKept<Waiting extends Item>(
    batch: readonly Waiting[],
    receiver: Receiver<Waiting>,
  ): Promise<void> {
    const knowledge = () => ({ ...receiver.knowledge(), mayBeStored: true });
    await this.#storeAll(batch, { ...receiver, knowledge });
  }

  /** Forgets the known checks. After a failed statement the server may be another one, or restored from a backup, with other rows. */
  forget(): void {
    this.#checks.clear();
  }

  /** Returns the pings that are neither stored nor failed. */
  async #storeKnown<Waiting extends Item>(
    batch: readonly Waiting[],
    { knowledge, settle, fail }: Receiver<Waiting>,
  ): Promise<readonly Waiting[]> {
    let recorded: (Recorded | null)[];
    try {
      await this.#privacy.refresh(this.#pool);
      const known = { ...knowledge(), checks: this.#checks, privacy: this.#privacy };
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
      const known = { ...receiver.knowledge(), checks: this.#checks, privacy: this.#privacy };
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

/** After a deadlock nothing was written, and a retry succeeds. */
function isDeadlock(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "40P01";
}

/** Whether PostgreSQL refused the data (classes 21 to 23) or our own code threw: the other pings may still be stored. */
export function isAboutData(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (!("code" in error) || typeof error.code !== "string")
    return error instanceof TypeError || error instanceof RangeError;
  return /^2[123]/.test(error.code);
}

/** Records a ping; a UUID that no check has may be the token of another product. */
export async function recordOrAlias(
  arrival: ReceivedPing,
  { ingest, pool }: { ingest: { record: (arrival: ReceivedPing) => Promise<Outcome> }; pool: Pool },
): Promise<Outcome> {
  const recorded = await ingest.record(arrival);
  if (recorded.kind !== "unknown" || arrival.target.kind !== "uuid") return recorded;
  const pingUuid = await findByToken(pool, arrival.target.pingUuid).catch(() => null);
  return pingUuid === null
    ? recorded
    : await ingest.record({ ...arrival, target: { kind: "uuid", pingUuid } });
}
