import { createPostgresBackend, type PostgresConnectionOptions, Queue, runMigrations } from "bullmq";
import { Pool } from "pg";

import { PatientWorker } from "./patient-worker.ts";
import type { Bell, QueueOptions } from "./queue.ts";
import { JOB, QUEUE, WORKER } from "./settings.ts";

/** Where BullMQ keeps its own tables. */
const SCHEMA = "bullmq";
const AGAIN_MS = 1_000;

export async function openPostgresBell({ databaseUrl, onError }: QueueOptions): Promise<Bell> {
  const pool = openQueuePool(databaseUrl);
  await migrateQueue(pool);
  const queue = new Queue(
    QUEUE,
    { connection: connectionOf(pool), defaultJobOptions: JOB },
    createPostgresBackend,
  );
  queue.on("error", onError);
  await queue.waitUntilReady();
  const hearing = new Hearing(pool, onError);
  return {
    add: (jobs) => queue.addBulk(jobs),
    listen: (process) => hearing.start(process),
    close: async () => {
      await hearing.close();
      await queue.close();
      await pool.end();
    },
  };
}

/** A worker, and another one where its start has failed: BullMQ remembers that for ever, and would never work again. */
class Hearing {
  readonly #pool: Pool;
  readonly #onError: (error: Error) => void;
  #worker: { close(): Promise<void> } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(pool: Pool, onError: (error: Error) => void) {
    this.#pool = pool;
    this.#onError = onError;
  }

  start(process: (data: unknown) => void): void {
    const worker = new PatientWorker(
      QUEUE,
      async ({ data }) => process(data),
      { ...WORKER, connection: connectionOf(this.#pool) },
      createPostgresBackend,
    );
    this.#worker = worker;
    worker.on("error", this.#onError);
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
function openQueuePool(databaseUrl: string): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 8,
    connectionTimeoutMillis: 1_500,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: "overdue checker queue",
    keepAlive: true,
    options: `-c search_path=${SCHEMA}`,
  });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** BullMQ says what it needs of a pool by types of its own, which those of pg do not match to the letter. */
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
