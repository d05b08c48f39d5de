import { displayStatus } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { toCheck, type CheckWithChannels, uniqueKeyOf } from "@overdue/db";

import type { ApiVersion } from "./endpoint.ts";

const SECOND_MS = 1000;

/** `2026-01-10T12:00:10+00:00`: whole seconds, as in check objects and flips. */
export function isoSeconds(at: Date): string {
  return new Date(Math.floor(at.getTime() / SECOND_MS) * SECOND_MS).toISOString().replace(".000Z", "+00:00");
}

/** `2026-01-10T12:00:10.113000+00:00`: with microseconds unless they are zero, as in the list of pings. */
export function isoMicroseconds(at: Date): string {
  return at.toISOString().replace(".000Z", "+00:00").replace("Z", "000+00:00");
}

/** What an object of a check needs to know besides its row. */
export type ObjectOptions = {
  version: ApiVersion;
  now: Instant;
  publicUrl: string;
  /** What stands before the UUID in a ping URL, with its slash. */
  pingUrlBase: string;
  /** A read-only key must not learn how to ping or change the check. */
  mayWrite: boolean;
};

/** A check as Healthchecks' clients know it: 29 keys for who may write, 24 for who may read. */
export function checkObject(row: CheckWithChannels, options: ObjectOptions) {
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
export type CheckObject = ReturnType<typeof checkObject>;

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
