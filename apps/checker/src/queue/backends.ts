import {
  type ConnectionOptions,
  createPostgresBackend,
  type IQueueBackend,
  type Job,
  type JobProgress,
  type PostgresConnectionOptions,
  Queue,
  type RedisQueueBackend,
  runMigrations,
  Worker,
} from "bullmq";
import { openRedis } from "@overdue/redis";
import { Pool } from "pg";

/** What BullMQ needs to know of the store: the one difference between Redis and PostgreSQL. */
export type QueueBackend = {
  queue: Pick<Queue, "addBulk" | "getJobSchedulers" | "upsertJobScheduler" | "removeJobScheduler">;
  work(process: (job: { name: string; data: unknown }) => Promise<void>): void;
  close(): Promise<void>;
};

/** What a backend is opened with. */
export type BackendOptions = {
  name: string;
  databaseUrl: string;
  /** How many jobs one process works on at once. */
  concurrency: number;
  /** Is called for every failure, however many there are. */
  onError: (error: unknown) => void;
};

/**
 * With the defaults a job whose worker dies comes back after a minute, and is failed for good the second time. These
 * bring it back in five seconds, as often as it takes.
 */
const WORKER_OPTIONS = {
  lockDuration: 15_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  drainDelay: 2,
};

/** After a failure the next job is asked for after so long; deliveries that wait meanwhile are found by the sweep. */
const PAUSE_MS = 1_000;

/**
 * BullMQ's worker asks again at once for a job that it could not get, thousands of times a second; its own option for
 * a pause holds only where the connection was refused. This one pauses after every failure.
 */
class PatientWorker<B extends IQueueBackend = RedisQueueBackend, C = ConnectionOptions> extends Worker<
  unknown,
  unknown,
  string,
  B,
  JobProgress,
  C
> {
  protected override async moveToActive(token: string, name?: string): Promise<Job<unknown, unknown>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await this.delay(PAUSE_MS);
      throw error;
    }
  }

  /** It pauses, for a tenth of a second where it does not say how long, after waiting for a job has failed. */
  override async delay(...[milliseconds = PAUSE_MS, abort]: Parameters<Worker["delay"]>): Promise<void> {
    await super.delay(milliseconds, abort);
  }
}

const AGAIN = { retryStrategy: (tries: number) => Math.min(tries * 100, 2_000) };
/** For adding jobs: fails at once where Redis is away, and soon where it is frozen. */
const ADDING = {
  ...AGAIN,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
};
/** For getting jobs: it waits in blocking commands, so nothing there may time out. */
const WORKING = { ...AGAIN, maxRetriesPerRequest: null };
/** A script of BullMQ works on many keys, which in a cluster must be on one node: those with the same name in braces are. */
const CLUSTER_PREFIX = "{overdue}";

export function openRedisBackend(options: BackendOptions & { redisUrl: string }): QueueBackend {
  const { name, redisUrl, concurrency, onError } = options;
  const adding = openRedis(redisUrl, ADDING).on("error", onError);
  const keys = adding.isCluster ? { prefix: CLUSTER_PREFIX } : {};
  const queue = new Queue(name, { connection: adding, ...keys }).on("error", onError);
  const closers = [() => queue.close(), () => Promise.resolve(adding.disconnect())];
  return {
    queue,
    work: (process) => {
      const working = openRedis(redisUrl, WORKING).on("error", onError);
      const worker = new PatientWorker(name, process, {
        ...WORKER_OPTIONS,
        ...keys,
        concurrency,
        connection: working,
      });
      worker.on("error", onError);
      closers.unshift(
        () => worker.close(),
        () => Promise.resolve(working.disconnect()),
      );
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** Where BullMQ keeps its own tables. */
const SCHEMA = "bullmq";
const AGAIN_MS = 1_000;

export async function openPostgresBackend(options: BackendOptions): Promise<QueueBackend> {
  const { name, databaseUrl, onError } = options;
  const pool = openQueuePool(databaseUrl, name);
  await migrateQueue(pool);
  const queue = new Queue(name, { connection: connectionOf(pool) }, createPostgresBackend);
  queue.on("error", onError);
  await queue.waitUntilReady();
  const working = new Working(pool, options);
  return {
    queue,
    work: (process) => working.start(process),
    close: async () => {
      await working.close();
      await queue.close();
      await pool.end();
    },
  };
}

type Process = Parameters<QueueBackend["work"]>[0];

/** A worker, and another one where its start has failed: BullMQ remembers that for ever, and would never work again. */
class Working {
  readonly #pool: Pool;
  readonly #options: BackendOptions;
  #worker: { close(): Promise<void> } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(pool: Pool, options: BackendOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  start(process: Process): void {
    const { name, concurrency, onError } = this.#options;
    const worker = new PatientWorker(
      name,
      process,
      { ...WORKER_OPTIONS, concurrency, connection: connectionOf(this.#pool) },
      createPostgresBackend,
    );
    this.#worker = worker;
    worker.on("error", onError);
    worker.waitUntilReady().catch(async () => {
      await worker.close().catch(() => undefined);
      if (!this.#isClosed) this.#timer = setTimeout(() => this.start(process), AGAIN_MS);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#worker?.close();
  }
}

/**
 * BullMQ's PostgreSQL backend works on node-postgres alone. A connection may end at any moment, and one that ends while
 * nobody listens to its errors would end the process; the pool drops it and opens another.
 */
function openQueuePool(databaseUrl: string, name: string): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 8,
    connectionTimeoutMillis: 1_500,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: `overdue queue ${name}`,
    keepAlive: true,
    // What a crash of the server takes from the queue is found by the sweep, so nothing waits for the disk.
    options: `-c search_path=${SCHEMA} -c synchronous_commit=off`,
  });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** BullMQ describes what it needs of a pool by types of its own, which those of pg do not match to the letter. */
function connectionOf(pool: Pool): PostgresConnectionOptions {
  return pool as unknown as PostgresConnectionOptions;
}

/** BullMQ's own tables. Its advisory lock makes this safe for several processes at once. */
async function migrateQueue(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release(true);
  }
}
