import { displayStatus } from "@overdue/core";
import {
  acrossProjects,
  type CheckWithChannels,
  deleteCheck,
  findCheckByPingUuid,
  findCheckByUniqueKey,
  findProjectChecks,
  listChannelNames,
  toCheck,
  toUniqueKey,
} from "@overdue/db";
import { SECOND_MS, type Instant } from "@overdue/schedules";

import { readCheckFields } from "./check-fields.ts";
import {
  type ApiVersion,
  type Endpoint,
  type HealthchecksContext,
  HealthchecksError,
  parameter,
} from "./endpoint.ts";
import { createOrUpdate, pause, reloadCheck, resume, update } from "./save-check.ts";
import { CHANNELS, CHECK, CHECKS } from "./shapes.ts";

/** The check that the path names by its ping UUID. @throws HealthchecksError 404; 403 if it is another project's */
export async function findByUuid(c: HealthchecksContext): Promise<CheckWithChannels> {
  const { db } = c.var.deps;
  const uuid = parameter(c, "check", "uuid");
  const row = await findCheckByPingUuid(db, uuid);
  if (row?.projectId === c.var.call.projectId) return row;
  const elsewhere = await acrossProjects(db, (all) => findCheckByPingUuid(all, uuid));
  throw new HealthchecksError(elsewhere === null ? 404 : 403);
}

/** The check that the path names by its unique key, which read-only API keys see in place of the UUID. @throws HealthchecksError 404 */
export async function findByUniqueKey(c: HealthchecksContext): Promise<CheckWithChannels> {
  const { projectId } = c.var.call;
  const row = await findCheckByUniqueKey(c.var.deps.db, projectId, parameter(c, "check", "uniqueKey"));
  if (row === null) throw new HealthchecksError(404);
  return row;
}

/** Answers a change of a check with the check, and records it for the audit log. */
function respondChanged(c: HealthchecksContext, row: CheckWithChannels, status: 200 | 201 = 200): Response {
  c.set("changedCheck", { id: row.id, name: row.name });
  return c.json(visibleCheck(c, row), status);
}

/** A check as this request may see it. */
function visibleCheck(c: HealthchecksContext, row: CheckWithChannels): CheckObject {
  const { settings, now } = c.var.deps;
  const { version, canWrite } = c.var.call;
  const { publicUrl, pingUrlBase } = settings;
  return checkObject(row, { version, canWrite, publicUrl, pingUrlBase, now: now() });
}

const READ = { auth: "healthchecks", key: "read" } as const;
const WRITE = { auth: "healthchecks", key: "write" } as const;

export const checkEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/checks/",
    cors: true,
    methods: {
      GET: { access: READ, summary: "List checks", success: CHECKS, answer: listChecks },
      POST: {
        access: WRITE,
        summary: "Create a check, or update the check that `unique` finds",
        success: { ...CHECK, statuses: [200, 201] },
        answer: createCheck,
      },
    },
  },
  {
    path: "/api/{version}/checks/{check:uuid}",
    cors: true,
    methods: {
      GET: {
        access: READ,
        summary: "Read a check",
        success: CHECK,
        answer: async (c) => c.json(visibleCheck(c, await findByUuid(c))),
      },
      POST: { access: WRITE, summary: "Update a check", success: CHECK, answer: updateCheck },
      DELETE: { access: WRITE, summary: "Delete a check", success: CHECK, answer: removeCheck },
    },
  },
  {
    path: "/api/{version}/checks/{check:uniqueKey}",
    cors: true,
    methods: {
      GET: {
        access: READ,
        summary: "Read a check by its unique key",
        success: CHECK,
        answer: async (c) => c.json(visibleCheck(c, await findByUniqueKey(c))),
      },
    },
  },
  {
    path: "/api/{version}/checks/{check:uuid}/pause",
    cors: true,
    methods: { POST: { access: WRITE, summary: "Pause a check", success: CHECK, answer: pauseCheck } },
  },
  {
    path: "/api/{version}/checks/{check:uuid}/resume",
    cors: true,
    methods: {
      POST: { access: WRITE, summary: "Resume a paused check", success: CHECK, answer: resumeCheck },
    },
  },
];

async function listChecks(c: HealthchecksContext): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  const slug = query.getAll("slug").at(-1) ?? "";
  const filter = { tags: query.getAll("tag"), ...(slug !== "" && { slug }) };
  const rows = await findProjectChecks(c.var.deps.longReads.db, c.var.call.projectId, filter);
  return c.json({ checks: rows.map((row) => visibleCheck(c, row)) });
}

async function createCheck(c: HealthchecksContext): Promise<Response> {
  const { check, created } = await createOrUpdate(c, readCheckFields(c.var.call.body));
  return respondChanged(c, check, created ? 201 : 200);
}

async function updateCheck(c: HealthchecksContext): Promise<Response> {
  const check = await findByUuid(c);
  return respondChanged(c, await update(c, check, readCheckFields(c.var.call.body)));
}

/** Deletes a check and answers with it as it was, but without channels, as Healthchecks does. */
async function removeCheck(c: HealthchecksContext): Promise<Response> {
  const check = await findByUuid(c);
  if (!(await deleteCheck(c.var.deps.db, { projectId: check.projectId, checkId: check.id })))
    throw new HealthchecksError(404);
  return respondChanged(c, { ...check, channelIds: [] });
}

async function pauseCheck(c: HealthchecksContext): Promise<Response> {
  const check = await findByUuid(c);
  await pause(c, check);
  return respondChanged(c, await reloadCheck(c, check));
}

async function resumeCheck(c: HealthchecksContext): Promise<Response> {
  const check = await findByUuid(c);
  if (check.status !== "paused")
    throw new HealthchecksError(409, "check is not paused", "text/plain; charset=utf-8");
  await resume(c, check);
  return respondChanged(c, await reloadCheck(c, check));
}

export const channelEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/channels/",
    cors: true,
    methods: {
      GET: {
        access: { auth: "healthchecks", key: "write" },
        summary: "List channels",
        success: CHANNELS,
        answer: async (c) =>
          c.json({ channels: await listChannelNames(c.var.deps.db, c.var.call.projectId) }),
      },
    },
  },
];

/** `2026-01-10T12:00:10+00:00`: whole seconds, as in check objects and flips. */
export function isoSeconds(at: Date): string {
  return new Date(Math.floor(at.getTime() / SECOND_MS) * SECOND_MS).toISOString().replace(".000Z", "+00:00");
}

/** `2026-01-10T12:00:10.113000+00:00`: with microseconds unless they are zero, as in the list of pings. */
export function isoMicroseconds(at: Date): string {
  return at.toISOString().replace(".000Z", "+00:00").replace("Z", "000+00:00");
}

/** What the JSON of a check depends on besides its row. */
type ObjectOptions = {
  version: ApiVersion;
  now: Instant;
  publicUrl: string;
  /** The part of a ping URL before the UUID, with its slash. */
  pingUrlBase: string;
  /** A read-only key must not learn how to ping or change the check. */
  canWrite: boolean;
};

/** A check as Healthchecks' clients know it. A write key also gets the ping and management URLs, a read-only key `unique_key` in their place. */
function checkObject(row: CheckWithChannels, options: ObjectOptions) {
  return {
    name: row.name,
    slug: row.slug,
    tags: row.tags,
    desc: row.description,
    grace: row.graceSeconds,
    n_pings: row.pingCount,
    ...liveFields(row, options),
    manual_resume: row.manualResume,
    ...pingFilterFields(row),
    badge_url: `${options.publicUrl}/b/2/${row.badgeUuid}.svg`,
    ...(row.lastDurationMs !== null && { last_duration: Math.floor(row.lastDurationMs / 1000) }),
    ...(options.canWrite ? addressFields(row, options) : { unique_key: toUniqueKey(row.pingUuid) }),
    ...scheduleFields(row),
  };
}
type CheckObject = ReturnType<typeof checkObject>;

function liveFields(row: CheckWithChannels, { version, now }: ObjectOptions) {
  return {
    status: version === "v1" ? statusWithStarted(row, now) : displayStatus(toCheck(row), now),
    started: row.memory.openRuns.length > 0,
    last_ping: row.lastPingAt === null ? null : isoSeconds(row.lastPingAt),
    next_ping: nextPing(row),
  };
}

/** The status in v1, which is "started" while a run is open that has not taken too long. */
function statusWithStarted(row: CheckWithChannels, now: Instant): string {
  const newest = row.memory.openRuns.at(-1);
  const isRunning = newest !== undefined && (newest.deadlineAt === null || now < newest.deadlineAt);
  return isRunning ? "started" : displayStatus(toCheck(row), now);
}

/** `next_ping` as Healthchecks computes it: the schedule's next time, or, while a run is open, its start if that is earlier (its grace counts from there). */
function nextPing(row: CheckWithChannels): string | null {
  if (row.status === "down") return null;
  const running = row.memory.openRuns.length > 0 ? row.lastStartAt : null;
  const expected = row.status === "up" ? row.expectedAt : null;
  const dates = [running, expected].filter((date) => date !== null);
  const [first] = dates.toSorted((one, other) => one.getTime() - other.getTime());
  return first === undefined ? null : isoSeconds(first);
}

function pingFilterFields(row: CheckWithChannels) {
  return {
    methods: row.methods,
    subject: row.filterSubject ? row.successKeywords : "",
    subject_fail: row.filterSubject ? row.failureKeywords : "",
    start_kw: row.startKeywords,
    success_kw: row.successKeywords,
    failure_kw: row.failureKeywords,
    filter_subject: row.filterSubject,
    filter_body: row.filterBody,
    filter_http_body: row.filterHttpBody,
    filter_default_fail: row.filterDefaultFail,
  };
}

function addressFields(row: CheckWithChannels, { publicUrl, pingUrlBase, version }: ObjectOptions) {
  const url = `${publicUrl}/api/${version}/checks/${row.pingUuid}`;
  return {
    uuid: row.pingUuid,
    ping_url: `${pingUrlBase}${row.pingUuid}`,
    update_url: url,
    pause_url: `${url}/pause`,
    resume_url: `${url}/resume`,
    channels: row.channelIds.toSorted().join(","),
  };
}

function scheduleFields({ schedule }: CheckWithChannels) {
  if (schedule.kind === "interval") return { timeout: schedule.everySeconds };
  return { schedule: schedule.expression, tz: schedule.timezone };
}
