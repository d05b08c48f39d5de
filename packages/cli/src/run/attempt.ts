import { durationText } from "../duration.ts";
import type { Facts } from "../report/record.ts";
import type { JobEnd } from "./job.ts";
import type { Measured } from "./measure.ts";
import type { RunOptions } from "./options.ts";
import { readText } from "./proc.ts";

/** One try of the command. */
export type Attempt = JobEnd & {
  durationMs: number;
  measured: Measured;
  timedOut: boolean;
  output: string | null;
};

type Circumstances = {
  count: number;
  leaseLost: boolean;
  tooQuick: boolean;
  options: RunOptions;
  stoppedBy: NodeJS.Signals | null;
};

/** What the server is sent about how a run went, besides its exit status. */
export function factsOf(
  attempt: Attempt,
  { count, leaseLost, tooQuick, options, stoppedBy }: Circumstances,
): Facts {
  const { measured, signal, timedOut, output } = attempt;
  return {
    ...(signal !== null && { signal }),
    ...coreFacts(signal),
    ...(measured.oomKill !== null &&
      (signal === "SIGKILL" || attempt.status === 137) && { oomKill: measured.oomKill }),
    cpuUserMs: measured.cpuUserMs,
    cpuSystemMs: measured.cpuSystemMs,
    ...(measured.maxMemoryBytes !== null && { maxMemoryBytes: measured.maxMemoryBytes }),
    ...(measured.groupMaxMemoryBytes !== null && { groupMaxMemoryBytes: measured.groupMaxMemoryBytes }),
    ...(timedOut && { timedOutAfterMs: options.timeoutMs ?? 0 }),
    ...(tooQuick && { minRuntimeMs: options.minRuntimeMs }),
    ...(stoppedBy !== null && { stoppedBy }),
    ...(leaseLost && { leaseLost }),
    ...(count > 1 && { attempts: count }),
    ...(output !== null && { outputProblem: output }),
  };
}

const DUMPING: ReadonlySet<string> = new Set([
  "SIGQUIT",
  "SIGILL",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGSEGV",
  "SIGSYS",
  "SIGTRAP",
  "SIGXCPU",
  "SIGXFSZ",
]);

/** Where the kernel puts a core dump of a crash, by its own pattern: a path, or a program behind a bar. */
function coreFacts(signal: NodeJS.Signals | null): Facts {
  if (signal === null || !DUMPING.has(signal)) return {};
  const pattern = readText("/proc/sys/kernel/core_pattern")?.trim() ?? "";
  return pattern === "" ? {} : { core: pattern };
}

/** How a run went, for a person at a terminal. */
export function sentenceFor(
  check: string,
  { status, attempt }: { status: number | null; attempt: Attempt },
): string {
  const took = durationText(attempt.durationMs);
  if (attempt.timedOut) return `${check} was stopped at its time limit, after ${took}`;
  if (status === null) return `${check} ended too quickly, after ${took}, and counts as failed`;
  return status === 0
    ? `${check} succeeded after ${took}`
    : `${check} failed with status ${status} after ${took}`;
}
