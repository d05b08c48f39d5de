import { hasWindows, lintSchedule } from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { findSeveralPerSlot } from "./crowds.ts";
import { evidenceFrom, type Finding } from "./finding.ts";
import { errorsOf, isPoor, ownFit, RUNS_MIN } from "./fit.ts";
import { type History, historyOf, type SeenRun } from "./history.ts";
import { findWrongPeriod } from "./periods.ts";
import { readingFinding, readingsThatFit } from "./readings.ts";
import { findLateByRunTime } from "./run-times.ts";
import { zoneFinding, zonesThatFit } from "./zones.ts";

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

/** The same line in another zone or by another scheduler, where that explains the runs and the check's own does not. */
function findOtherSchedule(settings: CheckSettings, history: History): Finding | null {
  if (settings.schedule.kind === "interval") return null;
  const question = { settings, history, own: ownFit(settings, history, settings.schedule) };
  if (!isPoor(question.own)) return null;
  const [zone] = zonesThatFit(question);
  const [reading] = readingsThatFit(question);
  if (reading !== undefined && (zone === undefined || errorsOf(reading) <= errorsOf(zone)))
    return readingFinding(question, reading);
  return zone === undefined ? null : zoneFinding(question, zone);
}

/** Until a handful of pings show that the scheduler does read the line so, its page says what is odd about it. */
function findOddLine({ schedule, arrivals }: History): Finding | null {
  if (arrivals.length === 0 || arrivals.length >= RUNS_MIN) return null;
  const [sentence] = lintSchedule(schedule);
  if (sentence === undefined) return null;
  const evidence = evidenceFrom(arrivals, { seen: arrivals.length, agreeing: 0, offsetMs: null });
  return { kind: "odd-line", sentence, evidence, edit: null };
}
