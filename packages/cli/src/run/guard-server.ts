import type { Target } from "../config.ts";
import { type Machine, tell } from "../machine.ts";
import { askForLease, type Lease, LEASE_SECONDS, type LeaseRef, RENEW_MS } from "../report/lease.ts";
import { CommandError } from "../errors.ts";
import { sleep } from "../sleep.ts";
import type { Asked, Guard } from "./guard.ts";
import type { Job } from "./job.ts";
import { uptimeSeconds } from "./proc.ts";

const ASK_AGAIN_MS = 5_000;

/**
 * Asks Overdue for the lease of the check, and renews it while the job runs. Where it is lost, because it could not be
 * renewed by its end or another has it, the job is stopped, unless it is to run whether Overdue can be reached or not.
 */
export async function guardServer(machine: Machine, { options, target, runId }: Asked): Promise<Guard> {
  const ref = typeof target === "string" ? target : refOf(machine, target, runId);
  const askedAt = uptimeSeconds() ?? 0;
  const lease =
    typeof ref === "string"
      ? ref
      : await ask(machine, ref, { isWaiting: options.ifRunning === "wait", atMostMs: options.waitAtMostMs });
  if (typeof lease === "string" || typeof ref === "string") {
    const why = `Overdue could not be asked for the lease: ${typeof lease === "string" ? lease : ""}`;
    if (options.ifUnreachable === "skip") return { kind: "skip", why };
    tell(machine, `${why}; the job runs all the same`);
    return {
      kind: "held",
      lockFd: null,
      lease: null,
      env: {},
      holdFor: () => {},
      isLost: () => false,
      release: () => {},
    };
  }
  if (!lease.held)
    return { kind: "skip", why: `the job is still running on ${lease.host}, since ${lease.since}` };
  const renewal = keepRenewing(machine, ref, askedAt);
  return {
    kind: "held",
    lockFd: null,
    lease: ref,
    env: { OVERDUE_FENCE: String(lease.fence) },
    holdFor: (job) => options.ifUnreachable === "skip" && renewal.stopWhenLost(job, options.killAfterMs),
    isLost: renewal.isLost,
    release: renewal.end,
  };
}

function refOf({ host }: Machine, { pingUrl, create }: Target, owner: string): LeaseRef {
  const [, url, check] = /^(https?:\/\/.*?)\/ping\/(.+)$/.exec(pingUrl) ?? [];
  if (url === undefined || check === undefined)
    throw new CommandError(
      "--lock server needs a ping URL with /ping/ in it: name the check by its slug or UUID, and set OVERDUE_URL.",
    );
  return { url, check, create, owner, host };
}

/** @returns the lease, or why it could not be asked for */
async function ask(
  machine: Machine,
  ref: LeaseRef,
  { isWaiting, atMostMs }: { isWaiting: boolean; atMostMs: number | null },
): Promise<Lease | string> {
  const until = performance.now() + (atMostMs ?? Infinity);
  for (;;) {
    const lease = await askForLease(machine, ref).catch((error: Error) => error.message);
    if (typeof lease === "string" || lease.held || !isWaiting || performance.now() >= until) return lease;
    await sleep(Math.min(ASK_AGAIN_MS, until - performance.now()));
  }
}

/** Renews a lease. Its end is computed by the clock since boot, from before the request that it was granted by. */
function keepRenewing(machine: Machine, ref: LeaseRef, askedAt: number) {
  let validUntil = askedAt + LEASE_SECONDS;
  let isLost = false;
  let stop: (() => void) | null = null;
  const lose = () => {
    isLost = true;
    clearInterval(timer);
    stop?.();
  };
  const renew = async () => {
    const before = uptimeSeconds() ?? 0;
    const lease = await askForLease(machine, ref).catch(() => null);
    if (lease?.held === true) validUntil = before + LEASE_SECONDS;
    else if (lease !== null || (uptimeSeconds() ?? 0) + RENEW_MS / 1_000 > validUntil) lose();
  };
  const timer = setInterval(() => void renew(), RENEW_MS).unref();
  return {
    isLost: () => isLost,
    stopWhenLost: (job: Job, killAfterMs: number) => {
      stop = () => {
        tell(machine, "the lease was lost: stopping the job");
        job.kill("SIGTERM");
        setTimeout(() => job.kill("SIGKILL"), killAfterMs).unref();
      };
      if (isLost) stop();
    },
    end: () => clearInterval(timer),
  };
}
