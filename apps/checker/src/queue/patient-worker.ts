import {
  type ConnectionOptions,
  type IQueueBackend,
  type Job,
  type JobProgress,
  type RedisQueueBackend,
  Worker,
} from "bullmq";

/** After a failure the next job is asked for after so long; deliveries that wait meanwhile are found by the sweep. */
const PAUSE_MS = 1_000;

/**
 * BullMQ's worker asks again at once for a job that it could not get, thousands of times a second; its own option for
 * a pause holds only where the connection was refused. This one pauses after every failure.
 */
export class PatientWorker<B extends IQueueBackend = RedisQueueBackend, C = ConnectionOptions> extends Worker<
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
