import { randomUUIDv7 } from "node:crypto";

import { defaultSettings, newCheck, nextAt } from "@overdue/core";
import { type CheckRef, createCheck, editCheck, findCheck, findProject } from "@overdue/db";

import {
  type CheckInput,
  type CheckPatch,
  DEFAULT_DETAILS,
  sentDetails,
  sentSettings,
} from "./check-input.ts";
import { type CheckView, checkView, type ViewOptions } from "./check-view.ts";
import { type AppContext, canSeeDetails, canWrite } from "../http/context.ts";
import { recordChange } from "../http/audit.ts";
import { requireFound } from "../http/edits.ts";

/** What a view needs to know besides the row. */
export async function viewOptions(c: AppContext, projectId: string): Promise<ViewOptions> {
  const { db, now, settings } = c.var.deps;
  const project = await findProject(db, projectId);
  return {
    now: now(),
    publicUrl: settings.publicUrl,
    pingUrlBase: settings.pingUrlBase,
    pingEmailDomain: settings.pingEmailDomain,
    mayWrite: canWrite(c.var),
    seesDetails: canSeeDetails(c.var),
    pingKey: project?.pingKey ?? null,
  };
}

/** @throws 404 */
export async function readCheck(c: AppContext, ref: CheckRef): Promise<CheckView> {
  const row = requireFound("check", await findCheck(c.var.deps.db, ref));
  return checkView(row, await viewOptions(c, ref.projectId));
}

export async function addCheck(c: AppContext, projectId: string, input: CheckInput): Promise<CheckView> {
  const { db, now } = c.var.deps;
  const settings = { ...defaultSettings, ...sentSettings(input), schedule: input.schedule };
  const check = newCheck(randomUUIDv7(), now(), settings);
  const details = { ...DEFAULT_DETAILS, tags: "", ...sentDetails(input) };
  const channelIds = input.channelIds ?? "all";
  const { dependsOn = [] } = input;
  await createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds, dependsOn });
  return await readCheck(c, { projectId, checkId: check.id });
}

/** Writes what was sent. @throws 404, 412 */
export async function changeCheck(
  c: AppContext,
  ref: CheckRef,
  edit: { patch: CheckPatch; version: number | null },
): Promise<CheckView> {
  const { pool, now } = c.var.deps;
  const before = await readCheck(c, ref);
  const { patch, version } = edit;
  const channelIds = patch.channelIds ?? null;
  const { dependsOn } = patch;
  const parts = {
    details: sentDetails(patch),
    settings: sentSettings(patch),
    channelIds,
    ...(dependsOn !== undefined && { dependsOn }),
    version,
    at: now(),
  };
  requireFound("check", await editCheck(pool, ref, parts));
  return recordChange(c, { before, after: await readCheck(c, ref) });
}
