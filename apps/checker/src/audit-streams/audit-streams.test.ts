import { createHmac, randomUUID } from "node:crypto";

import {
  endAuditStream,
  findAuditStream,
  insertAuditEntry,
  keyringOf,
  openDb,
  pruneAuditStreams,
  saveAuditStream,
} from "@overdue/db";
import {
  aProject,
  type FakeWebhook,
  sceneKeyring,
  startFakeWebhook,
  type TestDatabase,
  testDatabase,
} from "@overdue/testkit";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openEgress } from "../egress/egress.ts";
import { openAuditStreams, sendBatch } from "./audit-streams.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs: 2_000 });
let database: TestDatabase;
let db: ReturnType<typeof openDb>;
let receiver: FakeWebhook;

beforeAll(async () => {
  [database, receiver] = await Promise.all([testDatabase(), startFakeWebhook()]);
  db = openDb(database.pool);
});
afterAll(async () => {
  await Promise.all([receiver.close(), egress.close()]);
  await database.drop();
});

const options = { keyring: sceneKeyring, egress, log: pino({ level: "silent" }) };
const send = () => sendBatch({ db, ...options });

/** A project whose entries go to the receiver, under a path of its own. */
async function aStream() {
  const { projectId } = await aProject(database.pool);
  const url = `${receiver.url}/${randomUUID()}`;
  const target = { url, secret: SECRET };
  const { pathname: path } = new URL(url);
  await saveAuditStream(db, sceneKeyring, { projectId, target, hint: "127.0.0.1/…" });
  const names = () =>
    receiver.received
      .filter((request) => request.path === path)
      .map(({ body }) => (JSON.parse(body) as { data: { object: { name: string } } }).data.object.name);
  return { projectId, path, names };
}

async function anEntry(projectId: string, name: string, on: Parameters<typeof insertAuditEntry>[0] = db) {
  await insertAuditEntry(on, {
    projectId,
    at: Date.now(),
    actor: { kind: "operator", name: "a command of the operator" },
    address: "192.0.2.1",
    action: "check.edit",
    object: { id: randomUUID(), name },
    fields: ["name"],
    changes: { name: { before: "old", after: name } },
  });
}

const dueNow = (projectId: string) =>
  database.pool.query(
    "update audit_streams set next_attempt_at = now() - interval '1 second' where project_id = $1",
    [projectId],
  );

test("entries arrive in order, signed as webhooks are, with what changed before and after", async () => {
  const { projectId, path, names } = await aStream();
  for (const name of ["one", "two", "three"]) await anEntry(projectId, name);
  while (await send());
  expect(names()).toEqual(["one", "two", "three"]);
  const first = receiver.received.find((request) => request.path === path);
  const { headers = {}, body = "" } = first ?? {};
  expect(JSON.parse(body)).toMatchObject({
    type: "audit.entry",
    data: { project_id: projectId, action: "check.edit", changes: { name: { before: "old", after: "one" } } },
  });
  const id = String(headers["webhook-id"]);
  const signed = `${id}.${String(headers["webhook-timestamp"])}.${body}`;
  const signature = createHmac("sha256", Buffer.alloc(32, 7)).update(signed).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
  expect(await findAuditStream(db, projectId)).toMatchObject({ waiting: 0, failures: 0, problem: null });
});

test("an entry that is refused holds back those after it, is sent again after growing pauses, and none is lost", async () => {
  const { projectId, names } = await aStream();
  for (const name of ["one", "two"]) await anEntry(projectId, name);
  const pauses = [];
  for (const failures of [1, 2, 3]) {
    receiver.next({ status: 503 });
    await dueNow(projectId);
    while (await send());
    const state = await findAuditStream(db, projectId);
    expect(state).toMatchObject({ waiting: 2, failures, problem: "It answered 503." });
    pauses.push(Math.round(((state?.nextAttemptAt.getTime() ?? 0) - Date.now()) / 1_000));
  }
  expect(pauses).toEqual([5, 10, 20]);
  expect(await send()).toBe(false);
  await dueNow(projectId);
  while (await send());
  expect(names()).toEqual(["one", "one", "one", "one", "two"]);
  expect(await findAuditStream(db, projectId)).toMatchObject({ waiting: 0, failures: 0, problem: null });
});

test("an entry whose transaction commits late is sent still", async () => {
  const { projectId, names } = await aStream();
  await db.transaction(async (tx) => {
    await anEntry(projectId, "late", tx);
    await anEntry(projectId, "early");
    while (await send());
    expect(names()).toEqual(["early"]);
  });
  while (await send());
  expect(names()).toEqual(["early", "late"]);
});

test("of several processes one sends an entry", async () => {
  const { projectId, names } = await aStream();
  for (const name of ["one", "two", "three"]) await anEntry(projectId, name);
  await Promise.all([1, 2, 3, 4].map(() => send()));
  while (await send());
  expect(names()).toEqual(["one", "two", "three"]);
});

test("a project without a stream queues nothing, and an ended stream leaves nothing", async () => {
  const { projectId } = await aProject(database.pool);
  await anEntry(projectId, "nobody listens");
  const ended = await aStream();
  await anEntry(ended.projectId, "unsent");
  await endAuditStream(db, ended.projectId);
  for (const id of [projectId, ended.projectId])
    expect(
      (await database.pool.query("select from audit_stream_entries where project_id = $1", [id])).count,
    ).toBe(0);
});

test("a stream whose address SECRET_KEY no longer decrypts says so, and its entries wait", async () => {
  const { projectId } = await aStream();
  await anEntry(projectId, "one");
  await sendBatch({ db, ...options, keyring: keyringOf(["z".repeat(32)]) });
  const state = await findAuditStream(db, projectId);
  expect(state).toMatchObject({ waiting: 1, problem: expect.stringContaining("SECRET_KEY") });
});

test("a private address is refused where the operator does not allow it", async () => {
  const { projectId, names } = await aStream();
  await anEntry(projectId, "one");
  const guarded = openEgress({ allowedNetworks: [] });
  await sendBatch({ db, ...options, egress: guarded });
  await guarded.close();
  expect(names()).toEqual([]);
  expect(await findAuditStream(db, projectId)).toMatchObject({ waiting: 1, failures: 1 });
});

test("an entry that no receiver accepted for 30 days is no longer sent", async () => {
  const { projectId } = await aStream();
  await anEntry(projectId, "new");
  const old = "018bcfe5-6800-7000-8000-000000000000"; // of November 2023
  await database.pool.query("insert into audit_stream_entries (project_id, entry_id) values ($1, $2)", [
    projectId,
    old,
  ]);
  expect(await pruneAuditStreams(db, 100)).toBe(1);
  expect(await findAuditStream(db, projectId)).toMatchObject({ waiting: 1 });
});

test("a stream that runs sends by itself what is written", async () => {
  const { projectId, names } = await aStream();
  const streams = openAuditStreams({ db, ...options });
  await anEntry(projectId, "one");
  streams.wake();
  await expect.poll(names).toEqual(["one"]);
  await streams.stop();
});
