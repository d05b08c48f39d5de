import { Overloaded, TooHeavy } from "../workers/worker-pool.ts";
import { ApiError, type ProblemCode } from "./problem.ts";

/**
 * The result of a task of the worker pool, for a request that waits for it.
 * @throws ApiError `tooHeavy` where the task took too much, 503 with `overloaded` while too many wait already
 */
export async function heavyTask<T>(
  task: Promise<T>,
  { tooHeavy, overloaded }: { tooHeavy: [ProblemCode, string]; overloaded: string },
): Promise<T> {
  try {
    return await task;
  } catch (cause) {
    if (cause instanceof TooHeavy) throw new ApiError(...tooHeavy, { cause });
    if (cause instanceof Overloaded) throw new ApiError("unavailable", overloaded, { cause });
    throw cause;
  }
}
