import type { Instant } from "@overdue/schedules";
import type { Ping } from "../../src/index.ts";
import { close, remember, type Ear } from "./ear.ts";
import type { KnownRun } from "./moments.ts";

/** Rules 21, 22 and 24: the run that this ping ends, made up where nothing fits. */
export function endedBy(ear: Ear, ping: Ping): KnownRun {
  const named = ping.rid === null ? undefined : byId(ear, ping.rid);
  const guessed = named ? undefined : byHost(ear, ping.host);
  const run = named ?? guessed ?? newest(ear, ping);
  if (run === undefined) return unstarted(ear, ping);
  const timed = run === named || run === guessed;
  run.guessed = run !== named;
  run.durationMs = timed && run.startedAt !== null ? ping.at - run.startedAt : null;
  run.exitStatus = ping.exitStatus;
  close(ear, run, { endedAt: ping.at, outcome: "success" });
  giveUpBefore(ear, run.startedAt ?? ping.at, ping.at);
  return run;
}

/** Nobody waits any longer for an overlong run that began before one that has ended. */
function giveUpBefore(ear: Ear, begunAt: Instant, at: Instant): void {
  for (const run of ear.open.filter(({ overlong, startedAt }) => overlong && (startedAt ?? at) < begunAt))
    close(ear, run, { endedAt: at, outcome: "lost" });
}

/** Its own end may come after it was given up, or taken for ended by another's. */
function byId({ open, closed }: Ear, rid: string): KnownRun | undefined {
  return (
    open.findLast((run) => run.rid === rid) ??
    closed.findLast((run) => run.rid === rid && (run.outcome === "lost" || run.guessed))
  );
}

function byHost({ open }: Ear, host: string | null): KnownRun | undefined {
  const nameless = open.filter((run) => run.rid === null);
  const near = nameless.filter((run) => run.host === host);
  const candidates = near.length > 0 ? near : nameless;
  return candidates.find((run) => !run.overlong) ?? candidates.at(-1);
}

function newest({ open }: Ear, { rid, kind }: Ping): KnownRun | undefined {
  return kind === "fail" || rid === null ? open.at(-1) : undefined;
}

function unstarted(ear: Ear, { id, rid, host, at, exitStatus, digest }: Ping): KnownRun {
  const known = {
    id,
    rid,
    host,
    startedAt: null,
    endedAt: at,
    outcome: "success",
    durationMs: null,
  } as const;
  const run = {
    ...known,
    exitStatus,
    overlong: false,
    guessed: false,
    digest,
    limitFrom: at,
    slotDueAt: null,
  };
  ear.runs.push(run);
  remember(ear, run);
  giveUpBefore(ear, at, at);
  return run;
}
