import type { Instant } from "@overdue/schedules";
import {
  type PreviewedEvent,
  type Reason,
  previewEvents,
  type NotificationPreview,
  previewNotifications,
} from "@overdue/core";
import type { Pool } from "../database.ts";

import { loadProjects, loadRoutedChecks } from "./load-routing.ts";

/** The recipients if this check went down at `at` for `reason`, and those of its runs and notices; null when the project has no such check. */
export async function previewRecipients(
  pool: Pool,
  { projectId, checkId }: { projectId: string; checkId: string },
  { at, reason }: { at: Instant; reason: Reason },
): Promise<(NotificationPreview & { events: PreviewedEvent[] }) | null> {
  return await pool.use(async (client) => {
    const check = (await loadRoutedChecks(client, projectId, [checkId])).get(checkId);
    const routing = (await loadProjects(client, [projectId])).get(projectId);
    if (check === undefined || routing === undefined) return null;
    const input = { check, at, ...routing };
    return { ...previewNotifications({ ...input, reason }), events: previewEvents(input) };
  });
}
