import type { Run } from "../event.ts";
import type { EndedRun, OpenRun } from "../memory.ts";

/** A run as it is stored while it runs. */
export function runningRun({ id, rid, host, startedAt, overlong }: OpenRun): Run {
  const unknown = { endedAt: null, durationMs: null, exitStatus: null };
  return { id, rid, host, startedAt, ...unknown, outcome: "running", overlong, guessed: false };
}

/** A run as it is stored once its end was heard, or it was given up. */
export function wholeRun(run: EndedRun, guessed: boolean): Run {
  const { id, rid, host, startedAt, endedAt, outcome, exitStatus, overlong } = run;
  const durationMs = startedAt === null || outcome === "lost" ? null : endedAt - startedAt;
  return {
    id,
    rid,
    host,
    startedAt,
    endedAt,
    outcome,
    durationMs,
    exitStatus,
    overlong,
    guessed: guessed && startedAt !== null,
  };
}
