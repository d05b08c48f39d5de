import type { Instant } from "@overdue/schedules";
import type { MaintenanceWindow } from "../maintenance/window.ts";
import { judgeUpTo } from "./deadlines.ts";
import type { Draft } from "./draft.ts";
import { deadlineOf } from "./outages.ts";

/** What was due under the windows before is judged by them; open runs then wait for the new ones, slots look them up. */
export function foldMaintenance(
  draft: Draft,
  { at, windows }: { at: Instant; windows: readonly MaintenanceWindow[] },
): void {
  const { memory } = draft;
  judgeUpTo(draft, Math.max(at, memory.judgedAt));
  const { maintenance: _, ...settings } = draft.settings;
  draft.settings = windows.length === 0 ? settings : { ...settings, maintenance: windows };
  memory.openRuns = memory.openRuns.map((run) =>
    run.overlong ? run : { ...run, deadlineAt: deadlineOf(draft, run) },
  );
}
