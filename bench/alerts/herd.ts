import { randomUUID } from "node:crypto";

import { defaultSettings, fold, newCheck } from "@overdue/core";
import {
  ALONE,
  type Pool,
  createChannel,
  createCheck,
  createProject,
  keyringOf,
  openDb,
  recordPings,
} from "@overdue/db";

import { SECRET_KEY } from "./product.ts";

const EVERY_SECONDS = 300;
const GRACE_SECONDS = 60;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
/** Numbers from this size on can only be instants in epoch milliseconds. */
const INSTANT_MIN = 1_000_000_000_000;
const SHIFTED = ["created_at", "last_ping_at", "expected_at", "deadline_at", "wake_at"];

/** A project with a webhook channel and a check that was pinged. Herds are copies of this check. */
export type Model = { projectId: string; channelId: string; checkId: string; deadlineAt: number };

export async function makeModel(pool: Pool, url: string): Promise<Model> {
  const db = openDb(pool);
  const { id: projectId } = await createProject(db, { name: "bench", ownerId: null });
  const input = { projectId, kind: "webhook", name: "sink", hint: "…", checkIds: [] };
  const settings = { url, secret: SECRET };
  const channel = await createChannel(db, keyringOf([SECRET_KEY]), { ...input, settings });
  const at = Date.now();
  const checkId = await createPingedCheck(pool, projectId, at);
  return {
    projectId,
    channelId: channel.id,
    checkId,
    deadlineAt: at + (EVERY_SECONDS + GRACE_SECONDS) * 1_000,
  };
}

async function createPingedCheck(pool: Pool, projectId: string, at: number): Promise<string> {
  const schedule = { kind: "interval", everySeconds: EVERY_SECONDS } as const;
  const settings = { ...defaultSettings, schedule, graceSeconds: GRACE_SECONDS };
  const { check, nextAt } = fold(newCheck(randomUUID(), at, settings), { kind: "time", now: at });
  const details = { name: "bench" };
  const row = await createCheck(openDb(pool), { projectId, details, check, nextAt, channelIds: [] });
  const target = { kind: "uuid", pingUuid: row.pingUuid } as const;
  await recordPings(
    pool,
    [{ target, record: pingAt(at), read: () => ({ kind: "success", note: null }), host: null, digest: null }],
    ALONE,
  );
  return row.id;
}

function pingAt(receivedAt: number) {
  return {
    id: randomUUID(),
    receivedAt,
    rid: null,
    exitStatus: null,
    scheme: "http",
    method: "GET",
    remoteAddress: null,
    userAgent: "",
    body: null,
    bodyBytes: 0,
    bodyCutAt: null,
    note: null,
  };
}

/** Adds `count` checks whose deadline is `deadlineAt`: copies of the model with all instants shifted. */
export async function addHerd(
  pool: Pool,
  model: Model,
  { count, deadlineAt }: { count: number; deadlineAt: number },
) {
  const shiftMs = deadlineAt - model.deadlineAt;
  const rows = await pool.query<{ column: string }>(
    "select column_name as column from information_schema.columns where table_name = 'checks' and column_name <> all($1)",
    [["id", "ping_uuid", "badge_uuid", "memory", ...SHIFTED]],
  );
  const kept = rows.map(({ column }) => `"${column}"`).join(", ");
  const shifted = SHIFTED.map((column) => `${column} + $3 * interval '1 millisecond'`).join(", ");
  const memory = await pool.query<{ memory: unknown }>("select memory from checks where id = $1", [
    model.checkId,
  ]);
  await pool.query(
    `with made as (
       insert into checks (${kept}, memory, ${SHIFTED.join(", ")})
       select ${kept}, $4::json, ${shifted} from checks, generate_series(1, $2::int) where id = $1
       returning project_id, id)
     insert into check_channels (project_id, check_id, channel_id) select project_id, id, $5 from made`,
    [
      model.checkId,
      count,
      shiftMs,
      JSON.stringify(shiftInstants(memory[0]?.memory, shiftMs)),
      model.channelId,
    ],
  );
}

function shiftInstants(value: unknown, ms: number): unknown {
  if (typeof value === "number") return value > INSTANT_MIN ? value + ms : value;
  if (Array.isArray(value)) return value.map((item) => shiftInstants(item, ms));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shiftInstants(item, ms)]));
}
