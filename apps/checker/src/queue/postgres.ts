import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import { Client } from "pg";

import type { Bell, QueueOptions } from "./queue.ts";
import { JOB, QUEUE, WORKER } from "./settings.ts";

export async function openPostgresBell({ databaseUrl, onError }: QueueOptions): Promise<Bell> {
  await migrateQueue(databaseUrl);
  const queue = new Queue(
    QUEUE,
    { connection: connection(databaseUrl, "ring"), defaultJobOptions: JOB },
    createPostgresBackend,
  );
  queue.on("error", onError);
  const closers = [() => queue.close()];
  return {
    add: (jobs) => queue.addBulk(jobs),
    listen: (process) => {
      const worker = new Worker(
        QUEUE,
        async ({ data }: { data: unknown }) => process(data),
        { ...WORKER, connection: connection(databaseUrl, "hear") },
        createPostgresBackend,
      );
      worker.on("error", onError);
      closers.unshift(() => worker.close());
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** BullMQ's own tables, in a schema of their own. Its advisory lock makes this safe for several processes at once. */
async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  client.on("error", () => undefined); // the query in flight rejects with the same error
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}

function connection(databaseUrl: string, purpose: string) {
  return {
    connectionString: databaseUrl,
    max: 4,
    keepAlive: true,
    connectionTimeoutMillis: 1_500,
    application_name: `overdue checker ${purpose}`,
  };
}
