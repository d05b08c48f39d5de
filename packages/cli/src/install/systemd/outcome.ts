import { constants } from "node:os";

import type { Ending } from "../../report/record.ts";
import type { UnitRecord } from "./record-line.ts";
import type { Role } from "./unit-files.ts";

/** What a record says to the check: how a run ended, or only a line; null: nothing. */
export type Outcome = Pick<Ending, "kind" | "status" | "facts"> & { said: string };

/** Results with which a unit fails without its ExecStopPost= being run. Source: systemd 252 and 257, service.c. */
const WITHOUT_RUN: ReadonlySet<string> = new Set(["start-limit-hit", "resources", ""]);

/** How a run ended, by what systemd says of it. `isApart`: the unit notes no ends of its own. */
export function outcomeOf(
  record: UnitRecord,
  { role, isApart }: { role: Role; isApart: boolean },
): Outcome | null {
  const { event, result, exitCode, exitStatus, unit } = record;
  const isWell = result === "success";
  const facts = {
    unit,
    invocationId: record.invocationId,
    ...(result !== "" && { systemdResult: result }),
    ...(exitCode !== "" && { systemdExit: `${exitCode} ${exitStatus}` }),
    ...(result === "oom-kill" && { oomKill: "group" }),
  };
  const end = (status: number | null, said: string): Outcome => ({ kind: "end", status, facts, said });
  if (event === "up") return end(0, role === "service" ? "The service was started." : "");
  if (event === "outcome" && !isApart) {
    if (isWell || result === "")
      return end(null, "It was not started, since a unit that it needs failed or its start took too long.");
    if (!WITHOUT_RUN.has(result)) return null;
    return end(null, `It was not started: systemd says ${result}.`);
  }
  if (role === "job that stays" && isWell && !isApart) return null;
  if (role === "service" && isWell)
    return { kind: "log", status: null, facts, said: "The service was stopped." };
  return end(statusOf(record), isWell ? "" : `systemd says ${result}.`);
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
