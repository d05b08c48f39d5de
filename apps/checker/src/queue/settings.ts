export const QUEUE = "deliveries";

/** Done or failed, a job must go: while its id is known, adding it again is silently ignored. */
export const JOB = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/**
 * With the defaults a job whose worker dies comes back after a minute, and is failed for good the second time. These
 * bring it back in five seconds, as often as it takes.
 */
export const WORKER = {
  concurrency: 50,
  lockDuration: 15_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  drainDelay: 2,
};
