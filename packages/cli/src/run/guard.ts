import type { Target } from "../config.ts";
import { type Machine, tell } from "../machine.ts";
import {
  holderText,
  openLock,
  readHolder,
  releaseLock,
  takeOver,
  tryLock,
  waitForLock,
  writeHolder,
} from "./lock.ts";
import type { LeaseRef } from "../report/lease.ts";
import type { Job } from "./job.ts";
import type { RunOptions } from "./options.ts";
import { startOf } from "./proc.ts";

/** Whether the command may run, and what it gets for that. */
export type Guard =
  | { kind: "skip"; why: string }
  | {
      kind: "held";
      lockFd: number | null;
      /** What the sender gives back once the run has ended. */
      lease: LeaseRef | null;
      /** What the command gets in its environment. */
      env: Record<string, string>;
      /** Called with the job once it runs. */
      holdFor: (job: Job) => void;
      /** Whether what allowed the command to run is gone. */
      isLost: () => boolean;
      release: () => void;
    };

export type Asked = { options: RunOptions; target: Target | string; runId: string };

const FREE: Guard = {
  kind: "held",
  lockFd: null,
  lease: null,
  env: {},
  holdFor: () => {},
  isLost: () => false,
  release: () => {},
};

/** Makes sure that the job does not run twice at once, as `--lock` asks. */
export async function guard(machine: Machine, asked: Asked): Promise<Guard> {
  switch (asked.options.lock) {
    case null:
      return FREE;
    case "host":
      return guardHost(machine, asked);
    case "server":
      return (await import("./guard-server.ts")).guardServer(machine, asked);
  }
}

async function guardHost(machine: Machine, { options, target }: Asked): Promise<Guard> {
  const lock = openLock(
    machine,
    typeof target === "string" ? { name: options.check, pingUrl: options.check } : target,
  );
  if (!tryLock(lock)) {
    const holder = holderText(readHolder(lock));
    if (options.ifRunning === "skip") return { kind: "skip", why: `the job is still running (${holder})` };
    tell(
      machine,
      `the job is still running (${holder}): ${options.ifRunning === "wait" ? "waiting for its end" : "stopping it"}`,
    );
    const isOurs =
      options.ifRunning === "wait"
        ? await waitForLock(lock, options.waitAtMostMs)
        : await takeOver(lock, options.killAfterMs);
    if (!isOurs) return { kind: "skip", why: `the job was still running (${holder})` };
  }
  const holder = { pid: process.pid, began: startOf(process.pid), since: new Date().toISOString() };
  writeHolder(lock, holder);
  return {
    kind: "held",
    lockFd: lock.fd,
    lease: null,
    env: {},
    holdFor: ({ pid: job }) => job !== null && writeHolder(lock, { ...holder, job, jobBegan: startOf(job) }),
    isLost: () => false,
    release: () => releaseLock(lock),
  };
}
