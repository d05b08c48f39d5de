import { ConnectionError, type Rows, Session, type SessionOptions } from "./session.ts";

const ACQUIRE_TIMEOUT_MS = 1_500;
const IDLE_TIMEOUT_MS = 10_000;
/** Sessions are replaced after this time, which frees what they keep on the server, such as prepared statements. */
const LIFETIME_MS_MAX = 30 * 60_000;

export type PoolOptions = SessionOptions & { max: number; acquireTimeoutMs?: number };

type Waiting = {
  resolve: (client: PoolClient) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
};

/**
 * Up to `max` sessions, each lent to one caller at a time. A session that has ended, on either side, is dropped and replaced;
 * a caller that holds it notices because its next statement fails.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: PoolClient[] = [];
  readonly #clients = new Set<PoolClient>();
  readonly #waiting: Waiting[] = [];
  #onEmpty: (() => void) | null = null;
  #isEnding = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get totalCount(): number {
    return this.#clients.size;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  /** Runs one statement on any session; see `Session.query`. */
  async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    const client = await this.connect();
    if (client.isPooled && values !== undefined)
      return await releaseAfter(client, () => inSession(client, () => client.query<Row>(text, values)));
    let isBroken = true;
    try {
      const rows = await client.query<Row>(text, values);
      isBroken = false;
      return rows;
    } finally {
      // A text of several statements may have begun a transaction before one of them failed.
      client.release(isBroken && values === undefined);
    }
  }

  /** As `query`, with the columns of each row in their order instead of by their names. */
  async queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return await this.use((client) =>
      client.isPooled
        ? inSession(client, () => client.queryValues(text, values))
        : client.queryValues(text, values),
    );
  }

  /** Lends a session for as long as `work` takes. */
  async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    return await releaseAfter(client, () => work(client));
  }

  /** Runs `work` in a transaction of one session; rolls back when it throws. */
  async transaction<T>(work: (client: PoolClient, addLast: AddLast) => Promise<T>): Promise<T> {
    return await this.use((client) => inSession(client, (addLast) => work(client, addLast)));
  }

  /** Lends a session until it is released. */
  async connect(): Promise<PoolClient> {
    if (this.#isEnding)
      throw new ConnectionError("CONNECTION_ENDED", "The connections to PostgreSQL were ended.");
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      // A session that was idle for too long stays in the list until its connection has closed.
      if (!idle.hasEnded) return idle.lend();
    }
    if (this.#clients.size < this.#options.max) return this.#open().lend();
    return await new Promise<PoolClient>((resolve, reject) => {
      const { acquireTimeoutMs = ACQUIRE_TIMEOUT_MS } = this.#options;
      const waiting = { resolve, reject, timer: setTimeout(() => this.#giveUp(waiting), acquireTimeoutMs) };
      this.#waiting.push(waiting);
    });
  }

  /** Ends all sessions; resolves once the lent ones were released, too. */
  async end(): Promise<void> {
    this.#isEnding = true;
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(new ConnectionError("CONNECTION_ENDED", "The connections to PostgreSQL were ended."));
    }
    const empty = new Promise<void>((resolve) => (this.#onEmpty = resolve));
    await Promise.all(this.#idle.splice(0).map((client) => client.end()));
    if (this.#clients.size > 0) await empty;
  }

  #open(): PoolClient {
    const client = new PoolClient(this.#options, (released) => this.#takeBack(released));
    client.onEnd = () => this.#drop(client);
    this.#clients.add(client);
    return client;
  }

  #takeBack(client: PoolClient): void {
    if (client.hasEnded) return;
    if (this.#isEnding || client.ageMs > LIFETIME_MS_MAX) return void client.end();
    const next = this.#waiting.shift();
    if (next === undefined) {
      client.endAfter(IDLE_TIMEOUT_MS);
      this.#idle.push(client);
      return;
    }
    clearTimeout(next.timer);
    next.resolve(client.lend());
  }

  #drop(client: PoolClient): void {
    this.#clients.delete(client);
    const idle = this.#idle.indexOf(client);
    if (idle >= 0) this.#idle.splice(idle, 1);
    if (this.#clients.size === 0) this.#onEmpty?.();
    const next = this.#waiting.shift();
    if (next === undefined) return;
    clearTimeout(next.timer);
    next.resolve(this.#open().lend());
  }

  #giveUp(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    waiting.reject(new ConnectionError("CONNECT_TIMEOUT", "No connection to PostgreSQL was free in time."));
  }
}

async function releaseAfter<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    client.release();
  }
}

/** A session that a pool lends. */
export class PoolClient extends Session {
  readonly #openedAt = performance.now();
  readonly #onRelease: (client: PoolClient) => void;
  #idleTimer: NodeJS.Timeout | undefined;
  #isLent = false;

  constructor(options: SessionOptions, onRelease: (client: PoolClient) => void) {
    super(options);
    this.#onRelease = onRelease;
  }

  get ageMs(): number {
    return performance.now() - this.#openedAt;
  }

  lend(): this {
    clearTimeout(this.#idleTimer);
    this.#isLent = true;
    return this;
  }

  /** Returns the session to the pool; `isBroken` ends it, with whatever it holds: a transaction, a lock, a setting. */
  release(isBroken = false): void {
    if (!this.#isLent) return;
    this.#isLent = false;
    if (isBroken) void this.end();
    else this.#onRelease(this);
  }

  endAfter(ms: number): void {
    this.#idleTimer = setTimeout(() => void this.end(), ms).unref();
  }
}

// One for each session, so that Drizzle's instance for the pool is created only once.
const transactionPools = new WeakMap<PoolClient, TransactionPool>();

/**
 * Runs `work` with a pool whose statements all belong to one transaction, so that functions which take a pool and begin
 * transactions of their own can be combined: a transaction that is begun inside is a savepoint.
 */
export async function asOneTransaction<T>(pool: Pool, work: (inside: Pool) => Promise<T>): Promise<T> {
  return await pool.transaction((client) => {
    const inside = transactionPools.get(client) ?? new TransactionPool(client);
    transactionPools.set(client, inside);
    return work(inside);
  });
}

/** A pool that is a single session whose transaction is under way. */
class TransactionPool extends Pool {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    super({ url: "", name: "transaction", max: 0 });
    this.#client = client;
  }

  override async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    return await this.#client.query<Row>(text, values);
  }

  override async queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return await this.#client.queryValues(text, values);
  }

  override async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await work(this.#client);
  }

  override async transaction<T>(work: (client: PoolClient, addLast: AddLast) => Promise<T>): Promise<T> {
    return await inSavepoint(this.#client, (addLast) => work(this.#client, addLast));
  }

  override async connect(): Promise<PoolClient> {
    return await Promise.reject(new Error("A session of a transaction is not lent."));
  }
}

/** Adds a last statement to a transaction: the commit is sent without waiting for its answer, which saves a round trip. */
export type AddLast = (statement: Promise<unknown>) => void;

/** Runs `work` in a transaction of this session, which `begin` begins. If it cannot be rolled back, the session ends. */
export async function inSession<T>(
  client: PoolClient,
  work: (addLast: AddLast) => Promise<T>,
  begin = client.begin,
): Promise<T> {
  const begun = client.query(begin);
  // `work` does not wait for it. If it is refused, the session ends, so that no statement runs outside of a transaction.
  begun.catch(() => client.end());
  const last = new LastStatements();
  try {
    const result = await work(last.add);
    await begun;
    // If one of the last statements failed, PostgreSQL makes this a rollback without an error.
    const committed = client.query("commit");
    await Promise.all([...last.statements, committed]);
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => client.end());
    throw error;
  }
}

/** Runs `work` in a savepoint: if it throws, its changes are undone, and the transaction goes on. */
export async function inSavepoint<T>(client: PoolClient, work: (addLast: AddLast) => Promise<T>): Promise<T> {
  await client.query("savepoint nested");
  const last = new LastStatements();
  try {
    const result = await work(last.add);
    await Promise.all(last.statements);
    await client.query("release savepoint nested");
    return result;
  } catch (error) {
    await client.query("rollback to savepoint nested; release savepoint nested");
    throw error;
  }
}

class LastStatements {
  readonly statements: Promise<unknown>[] = [];

  readonly add: AddLast = (statement) => {
    // It may fail before anybody waits for it.
    statement.catch(() => undefined);
    this.statements.push(statement);
  };
}
