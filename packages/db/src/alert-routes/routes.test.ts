import { randomUUID } from "node:crypto";

import { RouteInput, RoutePatch } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb, type Pool, type PoolClient } from "../database.ts";
import { loadAlerts } from "../deliveries/load-alert.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { previewRecipients } from "./load-routing.ts";
import { processDueEscalations } from "./notify-incidents.ts";
import { createPerson } from "./on-call.ts";
import { createRoute, deleteRoute, editRoute } from "./route-rows.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
afterAll(database.drop);

test("the first step is notified with the flip, the second after its time, both of the recovery", async () => {
  const { check, chat, phone } = await aScene();
  await addRoute(check, { steps: [step(0, chat), step(15, phone)] });
  await fail(check);
  expect(await listNotifications(check)).toEqual(["chat down"]);
  await wake();
  expect(await listNotifications(check)).toEqual(["chat down"]);
  await minutesPass(check, 15);
  await wake();
  expect(await listNotifications(check)).toEqual(["chat down", "phone down"]);
  await succeed(check);
  expect(await listNotifications(check)).toEqual(["chat down", "phone down", "chat up", "phone up"]);
});

test("a reminder comes at each interval until somebody acknowledges", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(0, chat)], repeatMinutes: 30 });
  await fail(check);
  for (let round = 0; round < 2; round += 1) {
    await minutesPass(check, 30);
    await wake();
  }
  await pool.query("update incidents set acknowledged_at = now(), wake_at = now() where check_id = $1", [
    check.id,
  ]);
  await minutesPass(check, 60);
  await wake();
  expect(await listNotifications(check)).toEqual(["chat down", "chat reminder 1", "chat reminder 2"]);
});

test("what is edited while an incident is open counts from the next step on", async () => {
  const { check, chat, phone, boss } = await aScene();
  const { id } = await addRoute(check, { steps: [step(0, chat), step(15, phone)] });
  await fail(check);
  const route = { projectId: check.projectId, routeId: id };
  await editRoute(db, route, {
    fields: RoutePatch.parse({ steps: [step(0, chat), step(15, boss)] }),
    version: 1,
  });
  await minutesPass(check, 15);
  await wake();
  await deleteRoute(db, route);
  await minutesPass(check, 60);
  await wake();
  expect(await listNotifications(check)).toEqual(["chat down", "boss down"]);
});

test("while a check that it depends on is down nobody is notified, and then all are", async () => {
  const { check, chat } = await aScene();
  const host = await aCheck(pool, { projectId: check.projectId });
  await pool.query("delete from check_channels where project_id = $1", [check.projectId]);
  await pool.query(
    "insert into check_dependencies (project_id, check_id, depends_on_id) values ($1, $2, $3)",
    [check.projectId, check.id, host.id],
  );
  await addRoute(check, { steps: [step(0, chat)], match: { checkIds: [check.id] } });
  await fail(host);
  await fail(check);
  await minutesPass(check, 5);
  await wake();
  expect(await listNotifications(check)).toEqual([]);
  await succeed(host);
  await minutesPass(check, 5);
  await wake();
  expect(await listNotifications(check)).toEqual(["chat down"]);
});

test("four checkers that wake for the same fifty incidents tell each step once", async () => {
  const { check, chat, phone } = await aScene();
  const checks = [check];
  for (let made = 1; made < 50; made += 1) checks.push(await aCheck(pool, { projectId: check.projectId }));
  await pool.query("delete from check_channels where project_id = $1", [check.projectId]);
  await addRoute(check, { steps: [step(0, chat), step(15, phone)] });
  const at = Date.now();
  await recordPings(
    pool,
    checks.map((one) => anArrival(one, at, { kind: "fail" })),
    ALONE,
  );
  for (const one of checks) await minutesPass(one, 15);
  await Promise.all(Array.from({ length: 4 }, wake));
  await wake();
  const rows = await pool.query(
    `select kind, round, count(*)::int, count(distinct (check_id, channel_id))::int as different from deliveries
      where project_id = $1 group by kind, round order by kind, round`,
    [check.projectId],
  );
  expect(rows).toEqual([{ kind: "down", round: 0, count: 100, different: 100 }]);
});

test("a checker that dies between any two statements loses nothing and doubles nothing", async () => {
  const { check, chat, phone } = await aScene();
  await addRoute(check, { steps: [step(0, chat), step(15, phone)], repeatMinutes: 60 });
  const statements = await dieAtEach((dying) =>
    recordPings(dying, [anArrival(check, Date.now(), { kind: "fail" })], ALONE),
  );
  expect(statements).toBeGreaterThan(5);
  expect(await listNotifications(check)).toEqual(["chat down"]);
  await minutesPass(check, 15);
  await dieAtEach((dying) =>
    processDueEscalations(dying, { limit: 10, ownerContact: OWNER_CONTACT }, rethrow),
  );
  expect(await listNotifications(check)).toEqual(["chat down", "phone down"]);
  await minutesPass(check, 60);
  await dieAtEach((dying) =>
    processDueEscalations(dying, { limit: 10, ownerContact: OWNER_CONTACT }, rethrow),
  );
  expect(await listNotifications(check)).toEqual([
    "chat down",
    "phone down",
    "chat reminder 1",
    "phone reminder 1",
  ]);
  await dieAtEach((dying) => recordPings(dying, [anArrival(check, Date.now())], ALONE));
  expect((await listNotifications(check)).slice(4)).toEqual(["chat up", "phone up"]);
});

test("a route that cannot be read tells all at once instead of nobody", async () => {
  const { check, chat } = await aScene();
  const { id } = await addRoute(check, { steps: [step(0, chat)] });
  const nonsense = {
    timezone: "Mars/Olympus",
    weekdays: [1],
    from: "08:00",
    to: "09:00",
    outside: { kind: "hold" },
  };
  await pool.query("update routes set hours = $2 where id = $1", [id, nonsense]);
  await fail(check);
  expect(await listNotifications(check)).toEqual(["chat down"]);
});

test("an incident that could be notified only after its end is not notified as if it lasted", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(0, chat)], recovery: false });
  await fail(check);
  const [lasting] = await loadAlerts(db, await deliveryIds(check));
  expect(lasting).toMatchObject({ kind: "down", includesDown: false });
  await succeed(check);
  const [over] = await loadAlerts(db, await deliveryIds(check));
  expect(over).toMatchObject({ kind: "up", includesDown: true });
  expect(over?.flip?.at).toBeGreaterThan(lasting?.flip?.at ?? Infinity);
});

test("where nobody would be notified the owners get a mail, and one of the recovery", async () => {
  const { check } = await aScene();
  await addOwner(check);
  await fail(check);
  expect(await listNotifications(check)).toEqual([]);
  await wake();
  await wake();
  expect(await listNotifications(check)).toEqual(["Owner down"]);
  await succeed(check);
  expect(await listNotifications(check)).toEqual(["Owner down", "Owner up"]);
});

test("a route to a person without a channel reaches nobody", async () => {
  const { check } = await aScene();
  await addOwner(check);
  const { id } = await createPerson(db, check.projectId, { name: "Ada", channelIds: [] });
  await addRoute(check, {
    steps: [{ afterMinutes: 0, targets: [{ kind: "person", personId: id }], ifUnacknowledged: false }],
  });
  await fail(check);
  await wake();
  expect(await listNotifications(check)).toEqual(["Owner down"]);
});

test("what is of severity info may go without anybody", async () => {
  const { check } = await aScene();
  await addOwner(check);
  await pool.query("update checks set severity = 'info' where id = $1", [check.id]);
  await fail(check);
  await wake();
  expect(await listNotifications(check)).toEqual([]);
});

test("outside its hours a route holds, and the recovery of such a night comes when they begin", async () => {
  const { check, chat } = await aScene();
  const day = new Date().getUTCDay();
  // Yesterday's weekday: never now, and not before days have passed.
  const hours = {
    timezone: "UTC",
    weekdays: [((day + 5) % 7) + 1],
    from: "00:00",
    to: "00:01",
    outside: { kind: "hold" },
  };
  await addRoute(check, { steps: [step(0, chat)], hours });
  await fail(check);
  await wake();
  expect(await listNotifications(check)).toEqual([]);
  await succeed(check);
  const rows = await pool.query(
    "select kind, next_attempt_at > now() + interval '4 days' as held from deliveries where check_id = $1",
    [check.id],
  );
  expect(rows).toEqual([{ kind: "up", held: true }]);
});

test("the preview of recipients follows the same rules, and not across projects", async () => {
  const { check, chat, phone } = await aScene();
  await addRoute(check, { steps: [step(0, chat), step(15, phone)] });
  const question = { at: Date.now(), reason: "missed" as const };
  const heard = await previewRecipients(pool, { projectId: check.projectId, checkId: check.id }, question);
  expect(heard?.notifications.map(({ channelId, afterSeconds }) => [channelId, afterSeconds])).toEqual([
    [chat, 0],
    [phone, 900],
  ]);
  const other = await aProject(pool);
  expect(
    await previewRecipients(pool, { projectId: other.projectId, checkId: check.id }, question),
  ).toBeNull();
});

/** A check that tells nobody by itself, and channels for routes. */
async function aScene() {
  const { projectId } = await aProject(pool);
  const check = await aCheck(pool, { projectId });
  const [chat, phone, boss] = [
    await addChannel(projectId, "chat"),
    await addChannel(projectId, "phone"),
    await addChannel(projectId, "boss"),
  ];
  return { check, chat, phone, boss };
}

async function addChannel(projectId: string, name: string): Promise<string> {
  const rows = await pool.query<{ id: string }>(
    "insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', $2, 'x', 'x') returning id",
    [projectId, name],
  );
  return rows[0]?.id ?? "";
}

function step(afterMinutes: number, channelId: string) {
  return { afterMinutes, targets: [{ kind: "channel", channelId }] };
}

function addRoute({ projectId }: SceneCheck, input: object) {
  return createRoute(db, projectId, RouteInput.parse({ name: "test", ...input }));
}

async function addOwner({ projectId }: SceneCheck): Promise<void> {
  const email = `${randomUUID()}@example.org`;
  const rows = await pool.query(
    "insert into users (id, name, email, email_verified) values ($1, 'Anna', $2, true) returning id",
    [randomUUID(), email],
  );
  await pool.query("insert into members (project_id, user_id, role) values ($1, $2, 'owner')", [
    projectId,
    rows[0]?.id,
  ]);
}

async function fail(check: SceneCheck): Promise<void> {
  await recordPings(pool, [anArrival(check, Date.now(), { kind: "fail" })], ALONE);
}

async function succeed(check: SceneCheck): Promise<void> {
  await recordPings(pool, [anArrival(check, Date.now())], ALONE);
}

/** Time is moved in the data: all that happened, and what is waited for, lies so much further back. */
async function minutesPass(check: SceneCheck, minutes: number): Promise<void> {
  const ago = `${minutes} minutes`;
  await pool.query(
    "update incidents set opened_at = opened_at - $2::interval, wake_at = wake_at - $2::interval where check_id = $1",
    [check.id, ago],
  );
  await pool.query("update deliveries set created_at = created_at - $2::interval where check_id = $1", [
    check.id,
    ago,
  ]);
}

async function wake(): Promise<void> {
  await processDueEscalations(pool, { limit: 100, ownerContact: OWNER_CONTACT }, rethrow);
}

async function deliveryIds(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ id: string }>("select id from deliveries where check_id = $1", [check.id]);
  return rows.map(({ id }) => id);
}

async function listNotifications(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ name: string; kind: string; round: number }>(
    `select c.name, d.kind, d.round from deliveries d join channels c on c.id = d.channel_id
      where d.check_id = $1 order by d.id`,
    [check.id],
  );
  return rows.map(({ name, kind, round }) => `${name} ${kind}${round === 0 ? "" : ` ${round}`}`);
}

/** Does the work again and again, each time with a connection that is lost one statement later, until it is done. */
async function dieAtEach(work: (pool: Pool) => Promise<unknown>): Promise<number> {
  for (let statement = 1; ; statement += 1) {
    try {
      await work(dyingPool(statement));
      return statement;
    } catch (error) {
      if (!String(error).includes("died")) throw error;
    }
  }
}

function dyingPool(atStatement: number): Pool {
  let count = 0;
  const connect = async () => dying(await pool.connect(), () => (count += 1) >= atStatement);
  return new Proxy(pool, { get: (target, key) => (key === "connect" ? connect : Reflect.get(target, key)) });
}

function dying(client: PoolClient, isDead: () => boolean): PoolClient {
  const query = (...args: Parameters<typeof client.query>) => {
    if (args.join().includes("rollback")) return client.query(...args);
    if (isDead()) throw new Error("The process died.");
    return client.query(...args);
  };
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = key === "query" ? query : Reflect.get(target, key);
      return typeof value === "function" && key !== "query" ? value.bind(target) : value;
    },
  });
}

function rethrow(_: string, error: unknown): void {
  throw error;
}
