import { type CheckWithChannels, findPingBody, listFlipsWithin, listPings, type PingRow } from "@overdue/db";
import { HOUR_MS, type Instant, SECOND_MS } from "@overdue/schedules";

import { findByUniqueKey, findByUuid, isoMicroseconds, isoSeconds } from "./check-endpoints.ts";
import { type Endpoint, type HealthchecksContext, HealthchecksError, parameter } from "./endpoint.ts";
import { FLIPS, PINGS, TEXT } from "./shapes.ts";

const YEAR_SECONDS = 31_536_000;
const EPOCH_SECONDS_MAX = 10_000_000_000;

/**
 * The span of a query: within the last `seconds`, from `start` on, before `end`. If several are sent, each narrows it.
 * @throws HealthchecksError 400, without a body
 */
function requestedSpan(
  query: URLSearchParams,
  now: Instant,
): { from: Instant | null; until: Instant | null } {
  const seconds = wholeNumber(query, "seconds", YEAR_SECONDS) ?? 0;
  const start = wholeNumber(query, "start", EPOCH_SECONDS_MAX);
  const end = wholeNumber(query, "end", EPOCH_SECONDS_MAX);
  const since = seconds === 0 ? null : now - seconds * SECOND_MS;
  const from = start === null ? since : Math.max(start * SECOND_MS, since ?? 0);
  return { from, until: end === null ? null : end * SECOND_MS };
}

function wholeNumber(query: URLSearchParams, name: string, max: number): number | null {
  const text = query.getAll(name).at(-1);
  if (text === undefined) return null;
  if (!/^\d{1,11}$/.test(text) || Number(text) > max) throw new HealthchecksError(400);
  return Number(text);
}

type TimedPing = Pick<PingRow, "kind" | "rid" | "receivedAt">;

const RUN_MS_MAX = 72 * HOUR_MS;

/**
 * For each ping, how long the run took that it ended, in seconds to two decimal places; null if it ended none. A run begins
 * with the nearest earlier start with the same run id, less than 72 hours before and without another end in between. `pings`
 * come newest first.
 */
function pingDurations(pings: readonly TimedPing[]): (number | null)[] {
  const startedAt = new Map<string | null, number>();
  return pings
    .toReversed()
    .map((ping) => pingDuration(ping, startedAt))
    .toReversed();
}

function pingDuration(
  { kind, rid, receivedAt }: TimedPing,
  startedAt: Map<string | null, number>,
): number | null {
  const at = receivedAt.getTime();
  if (kind === "start") startedAt.set(rid, at);
  if (kind !== "success" && kind !== "fail") return null;
  const start = startedAt.get(rid);
  startedAt.delete(rid);
  return start === undefined || at - start >= RUN_MS_MAX ? null : Math.round((at - start) / 10) / 100;
}

const READ = { auth: "healthchecks", key: "read" } as const;
const WRITE = { auth: "healthchecks", key: "write" } as const;
const PINGS_MAX = 1_000;

export const historyEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/checks/{check:uuid}/flips/",
    cors: true,
    methods: {
      GET: {
        access: READ,
        summary: "List flips",
        success: FLIPS,
        answer: async (c) => await flips(c, await findByUuid(c)),
      },
    },
  },
  {
    path: "/api/{version}/checks/{check:uniqueKey}/flips/",
    cors: true,
    methods: {
      GET: {
        access: READ,
        summary: "List flips by unique key",
        success: FLIPS,
        answer: async (c) => await flips(c, await findByUniqueKey(c)),
      },
    },
  },
  {
    path: "/api/{version}/checks/{check:uuid}/pings/",
    cors: true,
    methods: { GET: { access: WRITE, summary: "List pings", success: PINGS, answer: pings } },
  },
  {
    path: "/api/{version}/checks/{check:uuid}/pings/{number}/body",
    cors: true,
    methods: {
      GET: { access: WRITE, summary: "Read what a job sent with a ping", success: TEXT, answer: pingBody },
    },
  },
];

async function flips(c: HealthchecksContext, check: CheckWithChannels): Promise<Response> {
  const { db, now } = c.var.deps;
  const span = requestedSpan(new URL(c.req.url).searchParams, now());
  const rows = await listFlipsWithin(db, { projectId: check.projectId, checkId: check.id }, span);
  return c.json({
    flips: rows.map(({ at, to }) => ({ timestamp: isoSeconds(at), up: to === "up" ? 1 : 0 })),
  });
}

async function pings(c: HealthchecksContext): Promise<Response> {
  const check = await findByUuid(c);
  const ref = { projectId: check.projectId, checkId: check.id };
  const rows = await listPings(c.var.deps.db, ref, { limit: PINGS_MAX, before: null });
  const durations = pingDurations(rows);
  const url = `${c.var.deps.settings.publicUrl}/api/${c.var.call.version}/checks/${check.pingUuid}/pings`;
  return c.json({ pings: rows.map((row, i) => pingObject(row, { url, duration: durations[i] ?? null })) });
}

function pingObject(row: PingRow, { url, duration }: { url: string; duration: number | null }) {
  return {
    type: row.kind === "ignored" ? "ign" : row.kind,
    date: isoMicroseconds(row.receivedAt),
    n: row.number,
    scheme: row.scheme,
    remote_addr: row.remoteAddress,
    method: row.method,
    ua: row.userAgent,
    rid: row.rid,
    body_url: row.keptBytes > 0 ? `${url}/${row.number}/body` : null,
    ...(duration !== null && { duration }),
  };
}

async function pingBody(c: HealthchecksContext): Promise<Response> {
  const check = await findByUuid(c);
  const number = Number(parameter(c, "number", "number"));
  if (!Number.isSafeInteger(number)) throw new HealthchecksError(404);
  const body = await findPingBody(c.var.deps.db, { projectId: check.projectId, checkId: check.id, number });
  if (body === null || body.first.length === 0) throw new HealthchecksError(404);
  // Only the first part, since Healthchecks stores no other, and clients may rely on that.
  const notShown = (body.last?.length ?? 0) + body.bytesLeftOut;
  return new Response(new Uint8Array(body.first), {
    headers: {
      "content-type": "text/plain",
      ...(notShown > 0 && { "body-bytes-not-shown": String(notShown) }),
    },
  });
}
