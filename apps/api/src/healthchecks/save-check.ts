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
  PlanLimitReached,
  resumeCheck,
  TooManyChecks,
  type UniqueFields,
  UnknownChannel,
} from "@overdue/db";

import {
  type CheckFields,
  type CheckParts,
  currentParts,
  DEFAULT_TIMING,
  storedParts,
} from "./check-fields.ts";
import { type HealthchecksContext, HealthchecksError } from "./endpoint.ts";

type ChannelName = { id: string; name: string };

/**
 * The ids of the channels that `text` names: none for `""`, all for `*`, else ids or exact names, separated by commas.
 * @throws HealthchecksError 400 for a name that is empty, or that no channel or several channels have
 */
function resolveChannels(text: string, channels: readonly ChannelName[]): string[] {
  if (text === "") return [];
  if (text === "*") return channels.map(({ id }) => id);
  return [...new Set(text.split(",").map((identifier) => resolveChannel(identifier, channels)))];
}

function resolveChannel(identifier: string, channels: readonly ChannelName[]): string {
  if (identifier === "") throw HealthchecksError.withJson(400, "empty channel identifier");
  const [found, ...more] = channels.filter(({ id, name }) => id === identifier || name === identifier);
  if (found === undefined) throw HealthchecksError.withJson(400, `invalid channel identifier: ${identifier}`);
  if (more.length > 0) throw HealthchecksError.withJson(400, `non-unique channel identifier: ${identifier}`);
  return found.id;
}

const NEW_PARTS = { timing: DEFAULT_TIMING, keywords: { successKeywords: "", failureKeywords: "" } };

type SavedCheck = { check: CheckWithChannels; created: boolean };

/** Creates a check, or updates the check that `unique` finds. Refuses in Healthchecks' order: no room (403), then channels (400). @throws HealthchecksError */
export async function createOrUpdate(c: HealthchecksContext, fields: CheckFields): Promise<SavedCheck> {
  const { db } = c.var.deps;
  const { projectId } = c.var.call;
  const unique = uniqueIn(fields);
  const equal = unique === null ? null : await findEqualCheck(db, projectId, unique);
  if (equal !== null) return { check: await update(c, equal, fields), created: false };
  if (!(await hasRoom(db, projectId))) throw new HealthchecksError(403);
  return await create(c, fields, unique);
}

/** Writes the fields that were sent. @throws HealthchecksError 400 for the channels, 404 if the check was deleted meanwhile */
export async function update(
  c: HealthchecksContext,
  check: CheckWithChannels,
  fields: CheckFields,
): Promise<CheckWithChannels> {
  const { pool, now } = c.var.deps;
  const parts = storedParts(fields, currentParts(check), c.var.call.version);
  const channelIds = await channelsIn(c, fields);
  const edit = { ...parts, channelIds, version: null, at: now() };
  await withRaceErrors(editCheck(pool, checkRef(check), edit));
  return await reloadCheck(c, check);
}

export async function pause(c: HealthchecksContext, check: CheckWithChannels): Promise<void> {
  await pauseCheck(c.var.deps.pool, checkRef(check), c.var.deps.now());
}

export async function resume(c: HealthchecksContext, check: CheckWithChannels): Promise<void> {
  await resumeCheck(c.var.deps.pool, checkRef(check), c.var.deps.now());
}

/** The check as it is now. @throws HealthchecksError 404 */
export async function reloadCheck(
  c: HealthchecksContext,
  check: CheckWithChannels,
): Promise<CheckWithChannels> {
  const row = await findCheckByPingUuid(c.var.deps.db, check.pingUuid);
  if (row === null) throw new HealthchecksError(404);
  return row;
}

async function create(
  c: HealthchecksContext,
  fields: CheckFields,
  unique: UniqueFields | null,
): Promise<SavedCheck> {
  const { db, now } = c.var.deps;
  const { projectId, version } = c.var.call;
  const channelIds = (await channelsIn(c, fields)) ?? [];
  const parts = storedParts(fields, NEW_PARTS, version);
  const check = checkFrom(parts, now());
  const pingUuid = randomUUID();
  const input = { projectId, details: parts.details, check, nextAt: nextAt(check), channelIds, pingUuid };
  const equal = await withRaceErrors(createUnlessEqual(db, input, unique));
  if (equal !== null) return { check: await update(c, equal, fields), created: false };
  const made = await findCheckByPingUuid(db, pingUuid);
  if (made === null) throw new HealthchecksError(404);
  return { check: made, created: true };
}

function checkFrom({ settings }: CheckParts, at: number): Check {
  const { schedule = DEFAULT_TIMING.schedule } = settings;
  return newCheck(randomUUIDv7(), at, { ...defaultSettings, ...settings, schedule });
}

function checkRef({ projectId, id }: CheckWithChannels) {
  return { projectId, checkId: id };
}

/** The ids of the channels that were sent; null if the field was not sent. @throws HealthchecksError 400 */
async function channelsIn(c: HealthchecksContext, { channels }: CheckFields): Promise<string[] | null> {
  if (channels === undefined) return null;
  return resolveChannels(channels, await listChannelNames(c.var.deps.db, c.var.call.projectId));
}

/** The values by which `unique` looks for a check; null without `unique`, or if a field that it names was not sent. */
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

/** Turns errors of a race into responses: meanwhile others may have filled the project, or deleted a channel. */
async function withRaceErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TooManyChecks) throw new HealthchecksError(403);
    if (error instanceof PlanLimitReached) throw HealthchecksError.withJson(403, error.message);
    if (error instanceof UnknownChannel)
      throw HealthchecksError.withJson(400, "a channel was deleted meanwhile");
    throw error;
  }
}
