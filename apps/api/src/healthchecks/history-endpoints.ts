import { type CheckWithChannels, findPingBody, listFlipsWithin, listPings, type PingRow } from "@overdue/db";

import type { Endpoint } from "./endpoint.ts";
import { parameter } from "./endpoint-path.ts";
import { FaceError } from "./face-error.ts";
import type { FaceContext } from "./face-env.ts";
import { checkByUniqueKey, checkByUuid } from "./find-check.ts";
import { spanIn } from "./flip-span.ts";
import { durationsOf } from "./ping-durations.ts";
import { isoMicroseconds, isoSeconds } from "./time.ts";
import { FLIPS, PINGS, TEXT } from "./shapes.ts";

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
        answer: async (c) => await flips(c, await checkByUuid(c)),
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
        answer: async (c) => await flips(c, await checkByUniqueKey(c)),
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

async function flips(c: FaceContext, check: CheckWithChannels): Promise<Response> {
  const { db, now } = c.var.deps;
  const span = spanIn(new URL(c.req.url).searchParams, now());
  const rows = await listFlipsWithin(db, { projectId: check.projectId, checkId: check.id }, span);
  return c.json({
    flips: rows.map(({ at, to }) => ({ timestamp: isoSeconds(at), up: to === "up" ? 1 : 0 })),
  });
}

async function pings(c: FaceContext): Promise<Response> {
  const check = await checkByUuid(c);
  const ref = { projectId: check.projectId, checkId: check.id };
  const rows = await listPings(c.var.deps.db, ref, { limit: PINGS_MAX, before: null });
  const durations = durationsOf(rows);
  const url = `${c.var.deps.settings.publicUrl}/api/${c.var.face.version}/checks/${check.pingUuid}/pings`;
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

async function pingBody(c: FaceContext): Promise<Response> {
  const check = await checkByUuid(c);
  const number = Number(parameter(c, "number", "number"));
  if (!Number.isSafeInteger(number)) throw new FaceError(404);
  const body = await findPingBody(c.var.deps.db, { projectId: check.projectId, checkId: check.id, number });
  if (body === null || body.first.length === 0) throw new FaceError(404);
  // Healthchecks keeps the first part alone, so that a client may rely on the body beginning with this.
  const notShown = (body.last?.length ?? 0) + body.bytesLeftOut;
  return new Response(new Uint8Array(body.first), {
    headers: {
      "content-type": "text/plain",
      ...(notShown > 0 && { "body-bytes-not-shown": String(notShown) }),
    },
  });
}
