import { RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, sceneKeyring, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { createRoute } from "../alert-routes/route-rows.ts";
import { replaceDependencies } from "../checks/links.ts";
import { createChannel } from "../channels/index.ts";
import { openDb } from "../database.ts";
import { applyWindows } from "../maintenance/apply-windows.ts";
import { createWindow } from "../maintenance/windows.ts";
import { createStatusPage } from "../status-pages/index.ts";
import {
  ALONE,
  KnownChecks,
  countChecks,
  recordKnown,
  recordPings,
  type ReceivedPing,
} from "../transitions/index.ts";
import { evaluateDue } from "../transitions/evaluate-due.ts";
import { moveCheck, MoveRefused } from "./move-check.ts";
import { moveHistory, movePendingHistory } from "./move-history.ts";
import { previewMove } from "./preview-move.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const T = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;

test("a check moves with all that belongs to it, and no row of it stays, but for what it was sent and what it left", async () => {
  const { check, other } = await aScene();
  expect(await move(check, other)).toBe(true);
  await moveHistory(db, check.id);
  expect(await projectsOf(check)).toEqual({
    check_moves: [check.projectId],
    flips: [other],
    incidents: [other],
    pings: [other],
    runs: [other],
    slots: [other],
  });
  const sent = await pool.query("select state, check_id from deliveries where project_id = $1", [
    check.projectId,
  ]);
  expect(sent).toEqual([
    { state: "sent", check_id: null },
    { state: "sent", check_id: null },
  ]);
});

test("back in its project, a check finds its channels, windows, pages, dependencies and deliveries again", async () => {
  const { check, other } = await aScene();
  const before = await linksOf(check);
  expect(before).toMatchObject({ channels: 1, above: 1, below: 1, windows: 1, entries: 1, deliveries: 2 });
  await move(check, other);
  expect(await linksOf(check)).toMatchObject({ above: 0, below: 0, windows: 0, entries: 0, deliveries: 0 });
  await move({ ...check, projectId: other }, check.projectId);
  expect(await linksOf(check)).toEqual(before);
});

test("a dependency that would be a circle by now is left out when the check returns", async () => {
  const { check, other, above, below } = await aScene();
  await move(check, other);
  const { projectId } = check;
  await db.transaction((tx) => replaceDependencies(tx, { projectId, checkId: above.id }, [below.id]));
  await move({ ...check, projectId: other }, projectId);
  expect(await linksOf(check)).toMatchObject({ above: 1, below: 0 });
});

test("a receiver that knows the check writes its next ping into the new project", async () => {
  const { check, other } = await aScene();
  const checks = new KnownChecks();
  for (const n of [0, 1, 2]) await record(checks, [aLog(check, T + MINUTE + n)]);
  expect(checks.get(check.pingUuid)?.stored.projectId).toBe(check.projectId);
  await move(check, other);
  const [recorded] = await record(checks, [aLog(check, T + MINUTE + 3)]);
  expect(recorded).toMatchObject({ kind: "recorded", projectId: other });
  for (const n of [4, 5]) await record(checks, [aLog(check, T + MINUTE + n)]);
  await moveHistory(db, check.id);
  expect((await projectsOf(check))["pings"]).toEqual([other]);
});

test.each(["alone", "with another receiver"])(
  "no ping is lost or lands in the wrong project while the check moves to and fro, with a receiver %s",
  async (how) => {
    const { check, other } = await aScene();
    const [{ count: before } = { count: 0 }] = await pings(check);
    const receivers = how === "alone" ? [new KnownChecks()] : [new KnownChecks(), new KnownChecks()];
    const othersAt = how === "alone" ? null : T;
    const sent = Promise.all(
      receivers.map(async (checks, r) => {
        for (let i = 0; i < 60; i += 1) {
          const [recorded] = await record(checks, [aLog(check, T + MINUTE + i * 10 + r)], othersAt);
          expect(recorded).toMatchObject({ kind: "recorded", checkId: check.id });
        }
      }),
    );
    const history: Promise<void>[] = [];
    for (let i = 0; i < 20; i += 1) {
      const [from, to] = i % 2 === 0 ? [check.projectId, other] : [other, check.projectId];
      await move({ ...check, projectId: from }, to);
      history.push(moveHistory(db, check.id));
    }
    await Promise.all([sent, ...history]);
    await movePendingHistory(db, 100);
    const [after] = await pings(check);
    expect(after?.count).toBe(before + 60 * receivers.length);
    expect(after?.projects).toEqual([check.projectId]);
    const [deadlocks] = await pool.query(
      "select deadlocks::int as count from pg_stat_database where datname = current_database()",
    );
    expect(deadlocks).toEqual({ count: 0 });
  },
);

test("pings by the ping key and slug of the project that it left lead to it, until a check there has the slug", async () => {
  const { check, other, pingKey } = await aScene();
  await move(check, other);
  const target = { kind: "slug" as const, pingKey, slug: "backup", create: true };
  const [recorded] = await recordPings(pool, [anArrival(target, T + MINUTE)], ALONE);
  expect(recorded).toMatchObject({ kind: "recorded", projectId: other, checkId: check.id, created: false });
  expect(await countChecks(pool, { ...target, create: false })).toBe("one");
  const again = await aCheck(pool, { projectId: check.projectId, details: { slug: "backup" }, at: T });
  const [own] = await recordPings(pool, [anArrival(target, T + MINUTE)], ALONE);
  expect(own).toMatchObject({ kind: "recorded", projectId: check.projectId, checkId: again.id });
});

test("a long history follows in parts, and a sweep finishes what a crash interrupted", async () => {
  const { check, other } = await aScene();
  await pool.query(
    `insert into runs (project_id, check_id, id, ended_at, heard_at, outcome, overlong, guessed)
     select $1, $2, gen_random_uuid(), at, at, 'success', false, false
       from generate_series(1, 12000) n, lateral (select timestamptz '2026-01-01' + n / 3 * interval '1 minute' as at) x`,
    [check.projectId, check.id],
  );
  await move(check, other);
  expect((await projectsOf(check))["runs"]).toHaveLength(1);
  expect(await movePendingHistory(db, 100)).toBeGreaterThan(0);
  expect((await projectsOf(check))["runs"]).toEqual([other]);
  expect(
    await pool.query("select from check_moves where check_id = $1 and history_pending", [check.id]),
  ).toEqual([]);
});

test.each<[string, string, (scene: Scene) => Promise<unknown>]>([
  [
    "is down",
    "It is down",
    () => evaluateDue(pool, { watermark: T + 240 * MINUTE, outages: [], limit: 10_000 }, () => undefined),
  ],
  [
    "has an alert under way",
    "still on its way to “chat”",
    ({ check }) => pool.query("update deliveries set state = 'retry' where check_id = $1", [check.id]),
  ],
  [
    "has the slug of a check in the other project",
    "a check with the slug “backup” already",
    ({ other }) => aCheck(pool, { projectId: other, details: { slug: "backup" } }),
  ],
])("a check that %s stays where it is, and nothing is written", async (_, sentence, prepare) => {
  const scene = await aScene();
  await prepare(scene);
  const before = [await projectsOf(scene.check), await linksOf(scene.check)];
  await expect(move(scene.check, scene.other)).rejects.toThrow(MoveRefused);
  const preview = await previewMove(pool, ref(scene.check), {
    toProjectId: scene.other,
    channelIds: null,
    at: T,
  });
  expect(preview?.refusal).toContain(sentence);
  expect([await projectsOf(scene.check), await linksOf(scene.check)]).toEqual(before);
});

test("a check whose deadline only a maintenance window puts off does not move, since it would be down at once", async () => {
  const scene = await aScene();
  await expect(move(scene.check, scene.other, T + 20 * MINUTE)).rejects.toThrow("maintenance window");
  expect((await projectsOf(scene.check))["check_moves"]).toBeUndefined();
});

test("before a move it is said what stays, and who would be notified there", async () => {
  const { check, other } = await aScene();
  const chat = await aChannel(other, "there");
  const asked = { toProjectId: other, channelIds: null, at: T };
  expect(await previewMove(pool, ref(check), asked)).toEqual({
    refusal: null,
    slugs: ["backup"],
    stays: {
      channels: ["chat"],
      routes: ["nights"],
      windows: ["tonight"],
      statusPages: ["Public"],
      dependencies: ["above", "below"],
    },
    there: { returns: false, notified: ["there"], ownersInstead: false, windows: [] },
  });
  const nobody = await previewMove(pool, ref(check), { ...asked, channelIds: [] });
  expect(nobody?.there).toMatchObject({ notified: [], ownersInstead: true });
  await move(check, other);
  expect(await linksOf(check)).toMatchObject({ channels: 1 });
  expect(chat).not.toBe("");
});

test("a check moves neither to a project that is gone nor to its own", async () => {
  const { check, other } = await aScene();
  expect(await move(check, check.projectId)).toBe(false);
  await pool.query("update projects set deleted_at = now() where id = $1", [other]);
  expect(await move(check, other)).toBe(false);
});

type Scene = Awaited<ReturnType<typeof aScene>>;

/** A check that was down once and is up since a minute before `T`, with a link of each kind; and another project. */
async function aScene() {
  const { projectId, pingKey } = await aProject(pool);
  const { projectId: other } = await aProject(pool);
  const channelId = await aChannel(projectId, "chat");
  const details = { name: "backup", slug: "backup", tags: "night" };
  const check = await aCheck(pool, { projectId, details, at: T - 60 * MINUTE });
  const [above, below] = [
    await aCheck(pool, { projectId, details: { name: "above" }, at: T }),
    await aCheck(pool, { projectId, details: { name: "below" }, at: T }),
  ];
  await recordPings(pool, [anArrival(check, T - 50 * MINUTE, { kind: "fail" })], ALONE);
  await recordPings(pool, [anArrival(check, T, { digest: "up" })], ALONE);
  await pool.query("update deliveries set state = 'sent', finished_at = now() where project_id = $1", [
    projectId,
  ]);
  await db.transaction(async (tx) => {
    await replaceDependencies(tx, { projectId, checkId: check.id }, [above.id]);
    await replaceDependencies(tx, { projectId, checkId: below.id }, [check.id]);
  });
  const steps = [{ afterMinutes: 0, targets: [{ kind: "channel", channelId }] }];
  await createRoute(db, projectId, RouteInput.parse({ name: "nights", match: { tags: ["night"] }, steps }));
  const rule = { kind: "once" as const, from: T + 4 * MINUTE, until: T + 90 * MINUTE };
  await createWindow(db, projectId, { name: "tonight", rule, tags: [], checkIds: [check.id], createdBy: "" });
  await applyWindows(pool, projectId, T);
  await createStatusPage(db, projectId, {
    name: "Public",
    slug: crypto.randomUUID(),
    entries: [{ checkId: check.id, group: "", name: "Backup" }],
  });
  return { check, other, above, below, pingKey };
}

function ref({ projectId, id }: SceneCheck) {
  return { projectId, checkId: id };
}

async function move(check: SceneCheck, toProjectId: string, at = T): Promise<boolean> {
  return await moveCheck(pool, { ...ref(check), toProjectId, channelIds: null, at });
}

async function aChannel(projectId: string, name: string): Promise<string> {
  const { id } = await createChannel(db, sceneKeyring, {
    projectId,
    kind: "webhook",
    name,
    settings: { url: "https://example.org" },
    hint: "",
    checkIds: "all",
  });
  return id;
}

async function record(
  checks: KnownChecks,
  arrivals: readonly ReceivedPing[],
  othersAt: number | null = null,
) {
  const known = { outages: [], othersAt, checks };
  const quick = await recordKnown(pool, arrivals, known);
  const rest = arrivals.filter((_, i) => quick[i] === null);
  const others = rest.length === 0 ? [] : await recordPings(pool, rest, known);
  return quick.map((outcome) => outcome ?? others.shift());
}

function aLog(check: SceneCheck, at: number): ReceivedPing {
  return anArrival(check, at, { kind: "log", digest: String(at), body: Buffer.from(String(at)) });
}

async function pings({ id }: SceneCheck) {
  return await pool.query<{ count: number; projects: string[] }>(
    "select (count(*) + sum(repeats))::int as count, array_agg(distinct project_id) as projects from pings where check_id = $1",
    [id],
  );
}

/** The projects that each table's rows of a check name, but for tables without any. */
async function projectsOf({ id }: SceneCheck): Promise<Record<string, string[]>> {
  const tables = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'check_id' order by 1`,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows = await pool.query<{ project_id: string }>(
      `select distinct project_id from ${name} where check_id = $1 order by 1`,
      [id],
    );
    if (rows.length > 0) found[name] = rows.map(({ project_id: projectId }) => projectId);
  }
  return found;
}

async function linksOf({ id }: SceneCheck) {
  const [row] = await pool.query(
    `select (select count(*)::int from check_channels where check_id = $1) as channels,
       (select count(*)::int from check_dependencies where check_id = $1) as above,
       (select count(*)::int from check_dependencies where depends_on_id = $1) as below,
       (select count(*)::int from maintenance_checks where check_id = $1) as windows,
       (select count(*)::int from status_page_entries where check_id = $1) as entries,
       (select count(*)::int from deliveries where check_id = $1 and flip_id is not null
          and incident_id is not null) as deliveries`,
    [id],
  );
  return row;
}
