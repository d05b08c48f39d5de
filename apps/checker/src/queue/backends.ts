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

/** A store for BullMQ, in Redis or in PostgreSQL. */
export type QueueBackend = {
  queue: Pick<Queue, "addBulk" | "getJobSchedulers" | "upsertJobScheduler" | "removeJobScheduler">;
  work(process: (job: { name: string; data: unknown }) => Promise<void>): void;
  close(): Promise<void>;
};

export type BackendOptions = {
  name: string;
  databaseUrl: string;
  /** How many jobs one process works on at once. */
  concurrency: number;
  /** Called for every failure, even if there are many. */
  onError: (error: unknown) => void;
};

/**
 * With BullMQ's defaults, a job whose worker dies is retried after a minute, and fails for good the second time. With these
 * it is retried after five seconds, as often as needed.
 */
const WORKER_OPTIONS = {
  lockDuration: 15_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  drainDelay: 2,
};

/** The pause after a failure, before the next job is asked for; the sweep finds deliveries that wait meanwhile. */
const PAUSE_MS = 1_000;

/**
 * If BullMQ's worker fails to get a job, it asks again at once, thousands of times a second; its own option for a pause
 * works only for refused connections. This worker pauses after every failure.
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

  /** BullMQ calls this after waiting for a job has failed; without a duration it would pause for only 0.1 s. */
  override async delay(...[milliseconds = PAUSE_MS, abort]: Parameters<Worker["delay"]>): Promise<void> {
    await super.delay(milliseconds, abort);
  }
}

const RECONNECTING = { retryStrategy: (tries: number) => Math.min(tries * 100, 2_000) };
/** For adding jobs: fails at once if Redis is down, and soon if it is frozen. */
const ADDING = {
  ...RECONNECTING,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
};
/** For getting jobs: the worker waits in blocking commands, which must not time out. */
const WORKING = { ...RECONNECTING, maxRetriesPerRequest: null };
/** BullMQ's scripts use many keys, which a cluster must keep on one node: keys with the same name in braces are. */
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

/** The schema of BullMQ's own tables. */
const SCHEMA = "bullmq";
const RESTART_MS = 1_000;

export async function openPostgresBackend(options: BackendOptions): Promise<QueueBackend> {
  const { name, databaseUrl, onError } = options;
  const pool = openQueuePool(databaseUrl, name);
  await migrateQueue(pool);
  const queue = new Queue(name, { connection: connectionOf(pool) }, createPostgresBackend);
  queue.on("error", onError);
  await queue.waitUntilReady();
  const worker = new RestartedWorker(pool, options);
  return {
    queue,
    work: (process) => worker.start(process),
    close: async () => {
      await worker.close();
      await queue.close();
      await pool.end();
    },
  };
}

type Process = Parameters<QueueBackend["work"]>[0];

/** A worker that is replaced if its start fails: BullMQ never recovers from a failed start. */
class RestartedWorker {
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
      if (!this.#isClosed) this.#timer = setTimeout(() => this.start(process), RESTART_MS);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#worker?.close();
  }
}

/**
 * A pool for BullMQ's PostgreSQL backend, which works only with node-postgres. A connection may end at any moment; without
 * a listener for its errors that would end the process. The pool drops it and opens another.
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
    // Jobs that a crash of the server loses are found by the sweep, so commits need not wait for the disk.
    options: `-c search_path=${SCHEMA} -c synchronous_commit=off`,
  });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** BullMQ has its own types for a pool, which those of pg do not match exactly. */
function connectionOf(pool: Pool): PostgresConnectionOptions {
  return pool as unknown as PostgresConnectionOptions;
}

/** Creates BullMQ's own tables. Its advisory lock makes this safe for several processes at once. */
async function migrateQueue(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release(true);
  }
}
