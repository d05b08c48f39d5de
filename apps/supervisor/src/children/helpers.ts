import { setTimeout as wait } from "node:timers/promises";
import type { Cleanup } from "./cleanup.ts";

/** The processes that a program of ours has started itself, such as the checker's sending process. */
export type Helpers = {
  add: (pid: number) => void;
  remove: (pid: number) => void;
  /** Forgets, as soon as they end, those whose starter has ended and can tell nothing of them any more. */
  leftAlone: () => void;
  /** Waits until all have ended, and kills those that take longer. */
  stop: (secondsMax: number) => Promise<void>;
};

const STEP_MS = 100;

export function newHelpers(cleanup: Cleanup): Helpers {
  const pids = new Set<number>();
  const remove = (pid: number) => {
    if (pids.delete(pid)) cleanup.released(pid);
  };
  const removeEnded = () => {
    for (const pid of pids) if (!isThere(pid)) remove(pid);
  };
  return {
    add: (pid) => {
      pids.add(pid);
      cleanup.holds(pid);
    },
    remove,
    leftAlone: () => {
      const orphans = [...pids];
      const watching = setInterval(() => {
        for (const pid of orphans) if (!isThere(pid)) remove(pid);
        if (!orphans.some((pid) => pids.has(pid))) clearInterval(watching);
      }, STEP_MS);
      watching.unref();
    },
    stop: async (secondsMax) => {
      const end = performance.now() + secondsMax * 1_000;
      for (removeEnded(); pids.size > 0 && performance.now() < end; removeEnded()) await wait(STEP_MS);
      for (const pid of pids) {
        kill(pid);
        remove(pid);
      }
    },
  };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
