import { constants } from "node:os";

import type { Ending } from "../../report/record.ts";
import type { UnitRecord } from "./record-line.ts";
import type { Role } from "./unit-files.ts";

/** What a record says to the check: how a run ended, or only a line; null: nothing. */
export type Outcome = Pick<Ending, "kind" | "status" | "facts"> & { said: string };

type Seen = {
  role: Role;
  /** Whether the unit notes no ends of its own. */
  isApart: boolean;
  /** Of an outcome: whether the unit noted this run's end itself, and whether an outcome of it came before. */
  earlier: "none" | "end" | "end and outcome";
};

/** How a run ended, by what systemd says of it. */
export function outcomeOf(record: UnitRecord, { role, isApart, earlier }: Seen): Outcome | null {
  const { event, result, exitCode, exitStatus, unit } = record;
  const isWell = result === "success";
  const facts = {
    unit,
    ...(result !== "" && { systemdResult: result }),
    ...(exitCode !== "" && { systemdExit: `${exitCode} ${exitStatus}` }),
    ...(result === "oom-kill" && { oomKill: "group" }),
  };
  const end = (status: number | null, said: string): Outcome => ({ kind: "end", status, facts, said });
  const line = (said: string, more = {}): Outcome => ({
    kind: "log",
    status: null,
    facts: { ...facts, ...more },
    said,
  });
  if (event === "up") return end(0, role === "service" ? "The service was started." : "");
  if (event === "outcome" && !isApart) {
    if (earlier === "end") return null;
    if (isWell || earlier === "end and outcome" || result === "start-limit-hit")
      return { ...end(null, notStarted(result)), facts: { unit } };
  }
  if (result === "exec-condition")
    return line("It was skipped: its ExecCondition= did not hold.", {
      skipped: "ExecCondition= did not hold",
    });
  if (role === "job that stays" && isWell && !isApart) return null;
  if (role === "service" && isWell) return line("The service was stopped.");
  return end(statusOf(record), isWell || result === "" ? "" : `systemd says ${result}.`);
}

function notStarted(result: string): string {
  return result === "start-limit-hit"
    ? "It was not started: it was started too often before (start-limit-hit)."
    : "It was not started: a unit that it needs failed, or its start was given up.";
}

/** 128 + n for signal n, as a shell says it; null for a failure that has no status of its own. */
function statusOf({ result, exitCode, exitStatus }: UnitRecord): number | null {
  const signal = Reflect.get(constants.signals, `SIG${exitStatus}`) as number | undefined;
  const status =
    exitCode === "exited" && /^\d+$/.test(exitStatus)
      ? Number(exitStatus)
      : signal === undefined
        ? null
        : 128 + signal;
  // What SuccessExitStatus= names is a success; a job that a signal has ended has not done its work.
  if (result === "success") return exitCode === "exited" || status === null ? 0 : status;
  return status === 0 ? null : status;
}
