import { type CheckRef, findCheck, findProject } from "@overdue/db";

import { type AppContext, canSeeDetails, canWrite } from "../http/context.ts";
import { requireFound } from "../http/edits.ts";
import { type CheckView, checkView, type ViewOptions } from "./check-view.ts";

/** What the view of a check depends on besides its row. */
export async function viewOptions(c: AppContext, projectId: string): Promise<ViewOptions> {
  const { db, now, settings } = c.var.deps;
  const project = await findProject(db, projectId);
  return {
    now: now(),
    publicUrl: settings.publicUrl,
    pingUrlBase: settings.pingUrlBase,
    pingEmailDomain: settings.pingEmailDomain,
    canWrite: canWrite(c.var),
    canSeeDetails: canSeeDetails(c.var),
    pingKey: project?.pingKey ?? null,
  };
}

/** The view of a check, for a caller who may see it. @throws 404 */
export async function readCheck(c: AppContext, ref: CheckRef): Promise<CheckView> {
  const row = requireFound("check", await findCheck(c.var.deps.db, ref));
  return checkView(row, await viewOptions(c, ref.projectId));
}
