import { randomUUID, randomUUIDv7 } from "node:crypto";

import { type Check, defaultSettings, newCheck, nextAt } from "@overdue/core";
import {
  type CheckWithChannels,
  createUnlessEqual,
  editCheck,
  findCheckByPingUuid,
  findEqualCheck,
  hasRoom,
  listChannelNames,
  pauseCheck,
  resumeCheck,
  TooManyChecks,
  type UniqueFields,
  UnknownChannel,
} from "@overdue/db";

import { channelsNamed } from "./channel-identifiers.ts";
import type { CheckFields } from "./check-fields.ts";
import { beforeOf, type CheckParts, partsOf } from "./check-parts.ts";
import { FaceError } from "./face-error.ts";
import type { FaceContext } from "./face-env.ts";
import { DEFAULT_TIMING } from "./schedule-parts.ts";

const NEW = { timing: DEFAULT_TIMING, keywords: { successKeywords: "", failureKeywords: "" } };

type Saved = { check: CheckWithChannels; created: boolean };

/** Refuses in Healthchecks' order: no room (403), then channels (400). @throws FaceError */
export async function createOrUpdate(c: FaceContext, fields: CheckFields): Promise<Saved> {
  const { db } = c.var.deps;
  const { projectId } = c.var.face;
  const unique = uniqueIn(fields);
  const equal = unique === null ? null : await findEqualCheck(db, projectId, unique);
  if (equal !== null) return { check: await update(c, equal, fields), created: false };
  if (!(await hasRoom(db, projectId))) throw new FaceError(403);
  return await create(c, fields, unique);
}

/** @throws FaceError 400 for its channels, 404 where it was deleted meanwhile. */
export async function update(
  c: FaceContext,
  check: CheckWithChannels,
  fields: CheckFields,
): Promise<CheckWithChannels> {
  const { pool, now } = c.var.deps;
  const parts = partsOf(fields, beforeOf(check), c.var.face.version);
  const channelIds = await channelsIn(c, fields);
  const edit = { ...parts, channelIds, version: null, at: now() };
  await meanwhile(editCheck(pool, refOf(check), edit));
  return await refreshed(c, check);
}

export async function pause(c: FaceContext, check: CheckWithChannels): Promise<void> {
  await pauseCheck(c.var.deps.pool, refOf(check), c.var.deps.now());
}

export async function resume(c: FaceContext, check: CheckWithChannels): Promise<void> {
  await resumeCheck(c.var.deps.pool, refOf(check), c.var.deps.now());
}

/** The check as it is now. @throws FaceError 404 */
export async function refreshed(c: FaceContext, check: CheckWithChannels): Promise<CheckWithChannels> {
  const row = await findCheckByPingUuid(c.var.deps.db, check.pingUuid);
  if (row === null) throw new FaceError(404);
  return row;
}

async function create(c: FaceContext, fields: CheckFields, unique: UniqueFields | null): Promise<Saved> {
  const { db, now } = c.var.deps;
  const { projectId, version } = c.var.face;
  const channelIds = (await channelsIn(c, fields)) ?? [];
  const parts = partsOf(fields, NEW, version);
  const check = checkFrom(parts, now());
  const pingUuid = randomUUID();
  const input = { projectId, details: parts.details, check, nextAt: nextAt(check), channelIds, pingUuid };
  const equal = await meanwhile(createUnlessEqual(db, input, unique));
  if (equal !== null) return { check: await update(c, equal, fields), created: false };
  const made = await findCheckByPingUuid(db, pingUuid);
  if (made === null) throw new FaceError(404);
  return { check: made, created: true };
}

function checkFrom({ settings }: CheckParts, at: number): Check {
  const { schedule = DEFAULT_TIMING.schedule } = settings;
  return newCheck(randomUUIDv7(), at, { ...defaultSettings, ...settings, schedule });
}

function refOf({ projectId, id }: CheckWithChannels) {
  return { projectId, checkId: id };
}

/** Null where none were sent. @throws FaceError 400 */
async function channelsIn(c: FaceContext, { channels }: CheckFields): Promise<string[] | null> {
  if (channels === undefined) return null;
  return channelsNamed(channels, await listChannelNames(c.var.deps.db, c.var.face.projectId));
}

/** What is to be looked for; null where nothing is, or a field that it names was not sent. */
function uniqueIn({ unique, name, slug, tags, timeout, grace }: CheckFields): UniqueFields | null {
  if (unique === undefined || unique.length === 0) return null;
  const values = { name, slug, tags, timeout, grace };
  if (unique.some((field) => values[field] === undefined)) return null;
  return {
    ...(unique.includes("name") && name !== undefined && { name }),
    ...(unique.includes("slug") && slug !== undefined && { slug }),
    ...(unique.includes("tags") && tags !== undefined && { tags }),
    ...(unique.includes("timeout") && timeout !== undefined && { timeoutSeconds: timeout }),
    ...(unique.includes("grace") && grace !== undefined && { graceSeconds: grace }),
  };
}

/** Between our look and our lock others may have filled the project or deleted a channel. */
async function meanwhile<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TooManyChecks) throw new FaceError(403);
    if (error instanceof UnknownChannel) throw FaceError.of(400, "a channel was deleted meanwhile");
    throw error;
  }
}
