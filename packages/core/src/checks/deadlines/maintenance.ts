/** Rule 39: other maintenance windows take the place of the ones before. */

import type { Instant } from "@overdue/schedules";
import type { MaintenanceWindow } from "../../maintenance/window.ts";
import { evaluateUpTo } from "./evaluate-deadlines.ts";
import type { Draft } from "../draft.ts";
import { runDeadline } from "./postpone-deadlines.ts";

/** What was due under the windows before is evaluated by them; open runs then wait for the new ones, slots look them up. */
export function applyMaintenance(
  draft: Draft,
  { at, windows }: { at: Instant; windows: readonly MaintenanceWindow[] },
): void {
  const { memory } = draft;
  evaluateUpTo(draft, Math.max(at, memory.evaluatedAt));
  const { maintenance: _, ...settings } = draft.settings;
  draft.settings = windows.length === 0 ? settings : { ...settings, maintenance: windows };
  memory.openRuns = memory.openRuns.map((run) =>
    run.overlong ? run : { ...run, deadlineAt: runDeadline(draft, run) },
  );
}
