/** Rules 21, 22 and 27: the run that an end belongs to. */

import { isRetryOf } from "./repeats.ts";
import type { CheckSettings } from "../settings.ts";
import type { EndedRun, OpenRun } from "../memory.ts";
import type { Draft } from "../draft.ts";
import type { Ping } from "../event.ts";

/** The open run that an end ends. `timed`: it is sure enough that both belong together to take the time between them. */
export type Match = { run: OpenRun; guessed: boolean; timed: boolean };

/**
 * Finds the open run that this end belongs to: by its run id; else, as a guess, a run without an id, of the same host if
 * there is one. If nothing fits better, an end without an id, and any fail, ends the newest run.
 */
export function matchRun({ memory, settings }: Draft, ping: Ping): Match | null {
  const own = ping.rid === null ? undefined : memory.openRuns.find(({ rid }) => rid === ping.rid);
  if (own !== undefined) return { run: own, guessed: false, timed: own.startedAt <= ping.at };
  const started = memory.openRuns.filter(({ startedAt }) => startedAt <= ping.at);
  const guess = likeliest(settings, ofHost(started, ping.host));
  if (guess !== null) return { run: guess, guessed: true, timed: true };
  // A run that may have ended already is ended only by its own host.
  const newest = started.findLast(({ uncertain }) => uncertain === undefined);
  if (newest === undefined || (ping.rid !== null && ping.kind === "success")) return null;
  return { run: newest, guessed: true, timed: false };
}

/** The run with this ping's id that ended recently, or was given up; null if the id names an open run or none. */
export function endedBefore(draft: Draft, ping: Ping): EndedRun | null {
  const { memory } = draft;
  const { rid } = ping;
  if (rid === null || memory.openRuns.some((run) => run.rid === rid)) return null;
  const ended = memory.recentRuns.findLast((run) => run.rid === rid);
  if (ended === undefined) return null;
  return ended.guessed || isRetryOf(draft, { from: ended.endedAt, at: ping.at }) ? ended : null;
}

/** Whether this ping repeats the end of the run: same id, kind and body. */
export function isRetry(ended: EndedRun, ping: Ping): boolean {
  return !ended.guessed && ended.endedBy === ping.kind && ended.digest === ping.digest;
}

/** The runs without an id of this host; if it has none, those of any host that are waited for. */
function ofHost(runs: readonly OpenRun[], host: string | null): readonly OpenRun[] {
  const idless = runs.filter(({ rid }) => rid === null);
  const same = idless.filter((run) => run.host === host);
  return same.length > 0 ? same : idless.filter(({ uncertain }) => uncertain === undefined);
}

/**
 * First in, first out among the runs within their limit; else the newest overlong one. Without a max runtime, the run
 * started last comes before those that it replaced.
 */
function likeliest({ maxRuntimeSeconds }: CheckSettings, runs: readonly OpenRun[]): OpenRun | null {
  const inTime = runs.filter(({ overlong }) => !overlong);
  const waitedFor =
    maxRuntimeSeconds === null ? inTime.find(({ uncertain }) => uncertain !== "beside") : undefined;
  return waitedFor ?? inTime[0] ?? runs.at(-1) ?? null;
}
