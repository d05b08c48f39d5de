import type { Queue } from "bullmq";

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
export const WORKER_OPTIONS = {
  lockDuration: 15_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  drainDelay: 2,
};
