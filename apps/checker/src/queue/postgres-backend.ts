import { createPostgresBackend, type PostgresConnectionOptions, Queue, runMigrations } from "bullmq";
import { Pool } from "pg";

import { PatientWorker } from "./patient-worker.ts";
import { type BackendOptions, type QueueBackend, WORKER_OPTIONS } from "./queue-backend.ts";

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
