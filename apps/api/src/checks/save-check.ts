import { randomUUIDv7 } from "node:crypto";

import { defaultSettings, newCheck, nextAt } from "@overdue/core";
import {
  type CheckRef,
  CircularDependency,
  createCheck,
  editCheck,
  findCheck,
  findProject,
  UnknownChannel,
  UnknownDependency,
} from "@overdue/db";

import {
  type CheckInput,
  type CheckPatch,
  DEFAULT_DETAILS,
  sentDetails,
  sentSettings,
} from "./check-input.ts";
import { type CheckView, checkView, type ViewOptions } from "./check-view.ts";
import { type AppContext, canSeeDetails, canWrite } from "../http/context.ts";
import { unlessStale } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";

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
  const row = await findCheck(c.var.deps.db, ref);
  if (row === null) throw ApiError.notFound("check");
  return checkView(row, await viewOptions(c, ref.projectId));
}

export async function addCheck(c: AppContext, projectId: string, input: CheckInput): Promise<CheckView> {
  const { db, now } = c.var.deps;
  const settings = { ...defaultSettings, ...sentSettings(input), schedule: input.schedule };
  const check = newCheck(randomUUIDv7(), now(), settings);
  const details = { ...DEFAULT_DETAILS, tags: "", ...sentDetails(input) };
  const channelIds = input.channelIds ?? "all";
  const { dependsOn = [] } = input;
  await naming(createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds, dependsOn }));
  return await readCheck(c, { projectId, checkId: check.id });
}

/** Writes what was sent. @throws 404, 412 */
export async function changeCheck(
  c: AppContext,
  ref: CheckRef,
  edit: { patch: CheckPatch; version: number | null },
): Promise<CheckView> {
  const { pool, now } = c.var.deps;
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
  const found = await unlessStale("check", () => naming(editCheck(pool, ref, parts)));
  if (!found) throw ApiError.notFound("check");
  return await readCheck(c, ref);
}

async function naming<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof UnknownChannel)
      throw ApiError.invalid("channelIds", "A channel is not in this project.");
    if (cause instanceof UnknownDependency)
      throw ApiError.invalid(
        "dependsOn",
        `“${cause.named}” is no check of this project, or a slug that several have: name it by its id.`,
      );
    if (cause instanceof CircularDependency) throw ApiError.invalid("dependsOn", circleSentence(cause));
    throw cause;
  }
}

function circleSentence({ through }: CircularDependency): string {
  if (through === null) return "A check cannot depend on itself.";
  return `“${through}” depends on this check already: neither would ever be told. Take one of the two away.`;
}
