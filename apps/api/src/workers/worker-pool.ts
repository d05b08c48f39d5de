import { Piscina } from "piscina";

import type * as tasks from "./tasks.ts";

type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
type Input<N extends TaskName> = Parameters<Tasks[N]>[0];
type Output<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>;

export type WorkerLimits = {
  threads: number;
  /** From the start of a task on its thread to its end. */
  taskMsMax: number;
  /** Of the JavaScript heap of one thread. */
  heapMegabytesMax: number;
  /** Tasks that wait: in all, and of one owner. */
  waitingMax: number;
  waitingPerOwnerMax: number;
};

/** A task took all the time or memory that it may. */
export class TooHeavy extends Error {
  override name = "TooHeavy";
}

/** Too many tasks wait already: the same again will do in a moment. */
export class Overloaded extends Error {
  override name = "Overloaded";
}

type Waiting = { start: () => void; refuse: (error: Error) => void };

/**
 * Does heavy work on threads of their own, so that the main thread goes on answering. A task that takes too long or too
 * much is ended with its thread. An owner (a project, or an address) has one task at work at a time, and owners take
 * turns, so that one of them alone never makes the others wait while there are two threads.
 */
export class WorkerPool {
  readonly #limits: WorkerLimits;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #atWork = new Set<string>();
  #threads: Piscina | null = null;
  #isClosed = false;

  constructor(limits: WorkerLimits) {
    this.#limits = limits;
  }

  /** How many tasks are at work. */
  get atWork(): number {
    return this.#atWork.size;
  }

  /** @throws TooHeavy, Overloaded, or what the task itself throws */
  async run<N extends TaskName>(name: N, input: Input<N>, owner: string): Promise<Output<N>> {
    await this.#turn(owner);
    try {
      return await this.#onThread(name, input);
    } finally {
      this.#atWork.delete(owner);
      this.#startNext();
    }
  }

  /** Ends the threads, with what they do. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#waiting.values())
      for (const { refuse } of waiting) refuse(new Overloaded("The process is about to stop."));
    this.#waiting.clear();
    await this.#threads?.destroy();
    this.#threads = null;
  }

  #turn(owner: string): Promise<void> {
    const { waitingMax, waitingPerOwnerMax } = this.#limits;
    const own = this.#waiting.get(owner) ?? [];
    const all = [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
    if (own.length >= waitingPerOwnerMax || all >= waitingMax)
      return Promise.reject(new Overloaded("Too many heavy tasks are waiting."));
    return new Promise((start, refuse) => {
      this.#waiting.set(owner, [...own, { start, refuse }]);
      this.#startNext();
    });
  }

  /** The map is in the order in which owners came, and who had a turn goes to its end. */
  #startNext(): void {
    for (const [owner, waiting] of this.#waiting) {
      if (this.#atWork.size >= this.#limits.threads) return;
      if (this.#atWork.has(owner)) continue;
      const [next, ...rest] = waiting;
      this.#waiting.delete(owner);
      if (rest.length > 0) this.#waiting.set(owner, rest);
      this.#atWork.add(owner);
      next?.start();
    }
  }

  async #onThread<N extends TaskName>(name: N, input: Input<N>): Promise<Output<N>> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), this.#limits.taskMsMax);
    try {
      if (this.#isClosed) throw new Overloaded("The process is about to stop.");
      this.#threads ??= startThreads(this.#limits);
      return (await this.#threads.run(input, { name, signal: ending.signal })) as Output<N>;
    } catch (error) {
      if (ending.signal.aborted || isOutOfMemory(error))
        throw new TooHeavy("A task took too much.", { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function startThreads({ threads, heapMegabytesMax }: WorkerLimits): Piscina {
  return new Piscina({
    filename: new URL("tasks.ts", import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax, maxYoungGenerationSizeMb: 32 },
    // What the main thread loads first waits for its parent process; and a thread needs none of our secrets.
    execArgv: [],
    env: {},
    // On a machine with one core the main thread goes first.
    niceIncrement: 10,
  });
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
