import { hasWindows, lintSchedule } from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { findSeveralPerSlot, findWrongPeriod } from "./periods.ts";
import { evidenceFrom, type Finding } from "./finding.ts";
import { RUNS_MIN } from "./fit.ts";
import { type History, historyOf, type SeenRun } from "./history.ts";
import { findOtherSchedule } from "./other-schedule.ts";
import { findLateByRunTime } from "./run-times.ts";

/**
 * How the runs of a check disagree with its settings, where that has a name; nothing where they agree, or where
 * too few were seen. The newest 200 of `runs` count, in any order, which came under these settings.
 */
export function examineSchedule(settings: CheckSettings, runs: readonly SeenRun[]): Finding[] {
  const history = historyOf(settings.schedule, runs);
  const finding = findDisagreement(settings, history, runs) ?? findOddLine(history);
  return finding === null ? [] : [finding];
}

/** Where the scheduler draws the times, no run disagrees with the begin of its window. */
function findDisagreement(
  settings: CheckSettings,
  history: History,
  runs: readonly SeenRun[],
): Finding | null {
  if (hasWindows(settings.schedule)) return null;
  return (
    findOtherSchedule(settings, history) ??
    findWrongPeriod(settings, history) ??
    findSeveralPerSlot(history) ??
    findLateByRunTime(settings, history, runs)
  );
}

/** Until a handful of pings show that the scheduler does read the line so, its page says what is odd about it. */
function findOddLine({ schedule, arrivals }: History): Finding | null {
  if (arrivals.length === 0 || arrivals.length >= RUNS_MIN) return null;
  const [sentence] = lintSchedule(schedule);
  if (sentence === undefined) return null;
  const evidence = evidenceFrom(arrivals, { seen: arrivals.length, agreeing: 0, offsetMs: null });
  return { kind: "odd-line", sentence, evidence, edit: null };
}
