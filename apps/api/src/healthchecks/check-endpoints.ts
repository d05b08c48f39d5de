import { displayStatus } from "@overdue/core";
import {
  type CheckWithChannels,
  deleteCheck,
  findCheckByPingUuid,
  findCheckByUniqueKey,
  findProjectChecks,
  listChannelNames,
  toCheck,
  uniqueKeyOf,
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

/** The check that the path names by its ping UUID. @throws HealthchecksError 404; 403 where it is another project's. */
export async function findByUuid(c: HealthchecksContext): Promise<CheckWithChannels> {
  const row = await findCheckByPingUuid(c.var.deps.db, parameter(c, "check", "uuid"));
  if (row === null) throw new HealthchecksError(404);
  if (row.projectId !== c.var.call.projectId) throw new HealthchecksError(403);
  return row;
}

/** The check that the path names as read-only keys know it. @throws HealthchecksError 404 */
export async function findByKey(c: HealthchecksContext): Promise<CheckWithChannels> {
  const { projectId } = c.var.call;
  const row = await findCheckByUniqueKey(c.var.deps.db, projectId, parameter(c, "check", "uniqueKey"));
  if (row === null) throw new HealthchecksError(404);
  return row;
}

/** The answer to a change of a check, noted for the audit log. */
function respondChanged(c: HealthchecksContext, row: CheckWithChannels, status: 200 | 201 = 200): Response {
  c.set("changedCheck", { id: row.id, name: row.name });
  return c.json(visibleCheck(c, row), status);
}

/** A check as this request may see it. */
function visibleCheck(c: HealthchecksContext, row: CheckWithChannels): CheckObject {
  const { settings, now } = c.var.deps;
  const { version, mayWrite } = c.var.call;
  const { publicUrl, pingUrlBase } = settings;
  return checkObject(row, { version, mayWrite, publicUrl, pingUrlBase, now: now() });
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
        answer: async (c) => c.json(visibleCheck(c, await findByKey(c))),
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
  const rows = await findProjectChecks(c.var.deps.reading.db, c.var.call.projectId, filter);
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

/** The answer is the check as it was last, without channels. */
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

/** What an object of a check needs to know besides its row. */
type ObjectOptions = {
  version: ApiVersion;
  now: Instant;
  publicUrl: string;
  /** What stands before the UUID in a ping URL, with its slash. */
  pingUrlBase: string;
  /** A read-only key must not learn how to ping or change the check. */
  mayWrite: boolean;
};

/** A check as Healthchecks' clients know it: 29 keys for who may write, 24 for who may read. */
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
    ...readingFields(row),
    badge_url: `${options.publicUrl}/b/2/${row.badgeUuid}.svg`,
    ...(row.lastDurationMs !== null && { last_duration: Math.floor(row.lastDurationMs / 1000) }),
    ...(options.mayWrite ? addressFields(row, options) : { unique_key: uniqueKeyOf(row.pingUuid) }),
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

/** v1 says "started" in place of the status, until the run has taken too long. */
function statusWithStarted(row: CheckWithChannels, now: Instant): string {
  const newest = row.memory.openRuns.at(-1);
  const runs = newest !== undefined && (newest.deadlineAt === null || now < newest.deadlineAt);
  return runs ? "started" : displayStatus(toCheck(row), now);
}

/** When the next ping is due: the schedule's next time, or the start of the open run where that is earlier. */
function nextPing(row: CheckWithChannels): string | null {
  if (row.status === "down") return null;
  const running = row.memory.openRuns.length > 0 ? row.lastStartAt : null;
  const expected = row.status === "up" ? row.expectedAt : null;
  const dates = [running, expected].filter((date) => date !== null);
  const [first] = dates.toSorted((one, other) => one.getTime() - other.getTime());
  return first === undefined ? null : isoSeconds(first);
}

function readingFields(row: CheckWithChannels) {
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
