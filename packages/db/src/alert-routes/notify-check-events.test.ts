import { randomUUID } from "node:crypto";
import { RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";
import { openDb } from "../database.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { changeCheck } from "../transitions/change-check.ts";
import { createRoute } from "./route-rows.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

test("channels are notified of every run, and of the change where it is one", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { runs: true } });
  for (const kind of ["success", "fail", "fail", "success"] as const) await ping(check, kind);
  expect(await listNotifications(check)).toEqual([
    "chat run success",
    "chat down",
    "chat run fail",
    "chat up",
  ]);
});

test("a route for failures notifies of every failure, also without notifying of changes", async () => {
  const { check, chat, phone } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: true, failures: true } });
  await addRoute(check, { steps: [step(phone)], notifyOn: { changes: false, failures: true } });
  for (const kind of ["success", "fail", "fail", "success"] as const) await ping(check, kind);
  expect((await listNotifications(check)).toSorted()).toEqual(
    ["chat down", "chat run fail", "chat up", "phone run fail", "phone run fail"].toSorted(),
  );
});

test("a run is notified once: not again for its start that comes late, but for an end that says otherwise", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: false, runs: true } });
  const rid = randomUUID();
  const at = Date.now();
  await ping(check, "success", { rid, at });
  await ping(check, "start", { rid, at: at - 5_000 });
  expect(await listNotifications(check)).toEqual(["chat run success"]);
  const other = randomUUID();
  await ping(check, "start", { rid: other, at: at + 1 });
  await ping(check, "success", { rid: null, at: at + 2 });
  await ping(check, "fail", { rid: other, at: at + 3 });
  expect(await listNotifications(check)).toEqual(["chat run success", "chat run success", "chat run fail"]);
});

test("of pings that come at once each is notified, and a ping that is known already is not", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: false, runs: true } });
  const at = Date.now();
  const rid = randomUUID();
  const arrivals = [
    anArrival(check, at, { digest: "one" }),
    anArrival(check, at + 1, { digest: "other" }),
    withRid(check, at + 2, rid),
    withRid(check, at + 3, rid),
  ];
  await recordPings(pool, arrivals, ALONE);
  expect(await listNotifications(check)).toHaveLength(3);
});

test("of a check that runs more than 60 times a minute the first 60 runs are notified", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: false, runs: true } });
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  for (const from of [0, 100]) {
    const arrivals = Array.from({ length: 100 }, (_, i) =>
      anArrival(check, minute + from + i, { digest: randomUUID() }),
    );
    await recordPings(pool, arrivals, ALONE);
  }
  expect((await listNotifications(check)).length).toBeLessThanOrEqual(61);
  expect((await listNotifications(check)).length).toBeGreaterThanOrEqual(60);
});

test("nobody is notified of a run that a pause ends", async () => {
  const { check, chat } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: false, runs: true } });
  await ping(check, "start");
  await changeCheck(pool, { projectId: check.projectId, checkId: check.id }, () => [
    { kind: "pause", at: Date.now() },
  ]);
  expect(await listNotifications(check)).toEqual([]);
});

test("routes for notices get notices", async () => {
  const { check, chat, phone } = await aScene({
    tolerance: { kind: "in-a-row", bad: 3, tolerateMissed: false },
  });
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: true, notices: true } });
  await addRoute(check, { steps: [step(phone)] });
  await ping(check, "success");
  await ping(check, "fail");
  expect(await listNotifications(check)).toEqual(["chat notice failed"]);
});

test("nobody is notified of a failure in a snoozed incident, but still of every run", async () => {
  const { check, chat, phone } = await aScene();
  await addRoute(check, { steps: [step(chat)], notifyOn: { changes: false, failures: true } });
  await addRoute(check, { steps: [step(phone)], notifyOn: { changes: false, runs: true } });
  await ping(check, "fail");
  await pool.query("update incidents set snoozed_until = 'infinity' where check_id = $1", [check.id]);
  await ping(check, "fail");
  expect(await listNotifications(check)).toEqual(["chat run fail", "phone run fail", "phone run fail"]);
});

test("what hours hold counts as written when they begin, and hours that cannot be read hold nothing", async () => {
  const { check, chat } = await aScene();
  const yesterday = ((new Date().getUTCDay() + 5) % 7) + 1;
  const hours = {
    timezone: "UTC",
    weekdays: [yesterday],
    from: "00:00",
    to: "00:01",
    outside: { kind: "hold" },
  };
  const { id } = await addRoute(check, {
    steps: [step(chat)],
    notifyOn: { changes: false, runs: true },
    hours,
  });
  await ping(check, "success");
  const rows = await pool.query(
    `select created_at = next_attempt_at as "isSame", created_at > now() + interval '4 days' as held
      from deliveries where check_id = $1`,
    [check.id],
  );
  expect(rows).toEqual([{ isSame: true, held: true }]);
  await pool.query("update routes set hours = $2 where id = $1", [
    id,
    { ...hours, timezone: "Mars/Olympus" },
  ]);
  await ping(check, "success");
  expect(await listNotifications(check)).toEqual(["chat run success", "chat run success"]);
});

test("a route of another project, or one that notifyOn changes alone, costs no delivery", async () => {
  const { check, chat } = await aScene();
  const other = await aScene();
  await addRoute(check, { steps: [step(chat)] });
  await addRoute(other.check, { steps: [step(other.chat)], notifyOn: { runs: true } });
  await ping(check, "success");
  expect(await listNotifications(check)).toEqual([]);
});

/** A check that tells nobody by itself, and channels for routes. */
async function aScene(
  settings: Parameters<typeof aCheck>[1] extends { settings?: infer S } | undefined ? S : never = {},
) {
  const { projectId } = await aProject(pool);
  const check = await aCheck(pool, { projectId, settings });
  return { check, chat: await addChannel(projectId, "chat"), phone: await addChannel(projectId, "phone") };
}

async function addChannel(projectId: string, name: string): Promise<string> {
  const rows = await pool.query<{ id: string }>(
    "insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', $2, 'x', 'x') returning id",
    [projectId, name],
  );
  return rows[0]?.id ?? "";
}

function step(channelId: string) {
  return { afterMinutes: 0, targets: [{ kind: "channel", channelId }] };
}

function addRoute({ projectId }: SceneCheck, input: object) {
  return createRoute(db, projectId, RouteInput.parse({ name: "test", ...input }));
}

async function ping(
  check: SceneCheck,
  kind: "start" | "success" | "fail",
  { rid = null, at = Date.now() }: { rid?: string | null; at?: number } = {},
): Promise<void> {
  const arrival = anArrival(check, at, { kind, digest: randomUUID() });
  await recordPings(pool, [{ ...arrival, record: { ...arrival.record, rid } }], ALONE);
}

function withRid(check: SceneCheck, at: number, rid: string) {
  const arrival = anArrival(check, at);
  return { ...arrival, record: { ...arrival.record, rid } };
}

async function listNotifications(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ name: string; kind: string; what: string }>(
    `select c.name, d.kind, coalesce(d.payload ->> 'outcome', d.payload ->> 'notice', '') as what
       from deliveries d join channels c on c.id = d.channel_id where d.check_id = $1 order by d.id`,
    [check.id],
  );
  return rows.map(({ name, kind, what }) => `${name} ${kind} ${what}`.trim());
}
