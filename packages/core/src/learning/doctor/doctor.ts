import type { CheckSettings } from "../../checks/settings.ts";
import { findSeveralPerSlot } from "./crowds.ts";
import type { Finding } from "./finding.ts";
import { historyOf, type SeenRun } from "./history.ts";
import { findWrongPeriod } from "./periods.ts";
import { findLateByRunTime } from "./run-times.ts";
import { findWrongZone } from "./zones.ts";

/**
 * How the runs of a check disagree with its settings, where that has a name; nothing where they agree, or where
 * too few were seen. The newest 200 of `runs` count, in any order, which came under these settings.
 */
export function examineSchedule(settings: CheckSettings, runs: readonly SeenRun[]): Finding[] {
  const history = historyOf(settings.schedule, runs);
  const period = findWrongPeriod(settings, history) ?? findSeveralPerSlot(history);
  if (period !== null) return [period];
  const zone = findWrongZone(settings, history);
  const late = zone === null ? findLateByRunTime(settings, history, runs) : null;
  return [zone, late].filter((finding) => finding !== null);
}
