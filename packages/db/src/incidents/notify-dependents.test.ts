import { RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test } from "vitest";

import { processDueEscalations } from "../alert-routes/notify-incidents.ts";
import { createRoute } from "../alert-routes/route-rows.ts";
import { deleteCheck, editCheck, pauseCheck, restoreCheck, resumeCheck } from "../checks/write-check.ts";
import { openDb } from "../database.ts";
import { deleteProject } from "../projects/projects.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { acknowledgeIncident, snoozeIncident, unacknowledgeIncident } from "./act.ts";
import { findIncidents } from "./find-incidents.ts";

// What people do to incidents and checks, and who is notified: from the act through the escalator to the deliveries.

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
afterAll(() => database.drop());
beforeEach(async () => {
  await pool.query("update incidents set wake_at = null");
});

const MINUTE = 60_000;
const ADA = { by: "ada" };

type Deed = (scene: Scene) => Promise<unknown>;
type Scene = Awaited<ReturnType<typeof aScene>>;

// The chat at once, the phone after 15 minutes without an acknowledgement, both again each hour.
const acts: [string, Deed[], string[]][] = [
  ["nobody does anything", [passes(15)], ["chat down", "phone down"]],
  ["somebody acknowledges", [acknowledge, passes(15), passes(60)], ["chat down"]],
  ["somebody acknowledges, and it recovers", [acknowledge, passes(15), succeed], ["chat down", "chat up"]],
  [
    "an acknowledgement is taken back before the second step",
    [acknowledge, unacknowledge, passes(15)],
    ["chat down", "phone down"],
  ],
  [
    "an acknowledgement is taken back long after the second step",
    [acknowledge, passes(40), unacknowledge, wake],
    ["chat down", "phone down"],
  ],
  ["a snooze lasts", [snooze(30), passes(15)], ["chat down"]],
  ["a snooze ends", [snooze(30), passes(15), passes(16)], ["chat down", "phone down", "chat reminder"]],
  [
    "a snooze is ended by another one that has passed",
    [snooze(30), passes(15), snooze(-1), wake],
    ["chat down", "phone down", "chat reminder"],
  ],
  ["it recovers in a snooze", [snooze(30), passes(15), succeed, passes(30)], ["chat down", "chat up"]],
  ["it is snoozed until it recovers", [snooze(Infinity), passes(15), passes(300)], ["chat down"]],
  [
    "it is snoozed until it recovers, recovers and fails again",
    [snooze(Infinity), passes(15), succeed, fail, passes(15)],
    ["chat down", "chat up", "chat down", "phone down"],
  ],
  ["it is acknowledged in a snooze, which then ends", [snooze(30), acknowledge, passes(40)], ["chat down"]],
  ["the check is paused", [pause, passes(15), passes(300)], ["chat down"]],
  [
    "the check is paused, resumed and fails again",
    [pause, passes(15), resume, fail, passes(15)],
    ["chat down", "chat down", "phone down"],
  ],
  ["the check is deleted", [remove, passes(15), passes(300)], ["chat down"]],
  ["the project is deleted", [removeProject, passes(15), passes(300)], ["chat down"]],
  ["the check is deleted and restored", [remove, restore, passes(15)], ["chat down", "phone down"]],
  [
    "the check is deleted, and restored after the second step",
    [remove, passes(20), restore, wake],
    ["chat down", "phone down"],
  ],
  [
    "the check is deleted, restored and recovers",
    [remove, restore, succeed, passes(15)],
    ["chat down", "chat up"],
  ],
];

test.each(acts)("when %s: so many hear", async (_, deeds, expected) => {
  const scene = await aScene();
  await fail(scene);
  await wake();
  for (const deed of deeds) await deed(scene);
  expect(await listNotifications(scene.check)).toEqual(expected);
});

// The job depends on a host, which depends on a router; the router fails first, and then the job.
const ends: [string, Deed, string[]][] = [
  ["nothing happens", async () => undefined, []],
  ["what it depends on recovers", (scene) => succeed({ check: scene.router }), ["chat down"]],
  ["what it depends on is paused", (scene) => pause({ check: scene.router }), ["chat down"]],
  ["what it depends on is deleted", (scene) => remove({ check: scene.router }), ["chat down"]],
  ["what lies between is deleted", (scene) => remove({ check: scene.host }), ["chat down"]],
  ["its own link is removed", (scene) => dependOn(scene.check, []), ["chat down"]],
  ["the link further up is removed", (scene) => dependOn(scene.host, []), ["chat down"]],
  ["it is itself paused", (scene) => pause(scene), []],
  ["it is itself deleted", (scene) => remove(scene), []],
];

test.each(ends)("an alert that a dependency held back, when %s", async (_, deed, expected) => {
  const scene = await aScene();
  const host = await aCheck(pool, { projectId: scene.check.projectId, details: { slug: "host" } });
  const router = await aCheck(pool, { projectId: scene.check.projectId, details: { slug: "router" } });
  await pool.query("delete from check_channels where project_id = $1", [scene.check.projectId]);
  await dependOn(host, [router.id]);
  await dependOn(scene.check, [host.id]);
  await fail({ check: router });
  await fail(scene);
  await wake();
  expect(await listNotifications(scene.check)).toEqual([]);
  await deed({ ...scene, host, router });
  // No time passes: the change itself makes what it held back due.
  await wake();
  expect(await listNotifications(scene.check)).toEqual(expected);
});

test("a check that is restored while it is down holds back again what depends on it", async () => {
  const scene = await aScene();
  const router = await aCheck(pool, { projectId: scene.check.projectId });
  await dependOn(scene.check, [router.id]);
  await fail({ check: router });
  await remove({ check: router });
  await restore({ check: router });
  await fail(scene);
  await wake();
  expect(await listNotifications(scene.check)).toEqual([]);
});

/** A check whose own list is empty, a route for it, and nothing that it depends on. */
async function aScene() {
  const { projectId } = await aProject(pool);
  const check = await aCheck(pool, { projectId });
  const [chat, phone] = [await addChannel(projectId, "chat"), await addChannel(projectId, "phone")];
  const step = (afterMinutes: number, channelId: string) => ({
    afterMinutes,
    targets: [{ kind: "channel", channelId }],
    ifUnacknowledged: true,
  });
  const steps = [step(0, chat), step(15, phone)];
  const route = { name: "test", steps, match: { checkIds: [check.id] } };
  await createRoute(db, projectId, RouteInput.parse(route));
  return { check, host: check, router: check };
}

async function addChannel(projectId: string, name: string): Promise<string> {
  const rows = await pool.query<{ id: string }>(
    "insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', $2, 'x', 'x') returning id",
    [projectId, name],
  );
  return rows[0]?.id ?? "";
}

type Of = { check: SceneCheck };

async function fail({ check }: Of): Promise<void> {
  await recordPings(pool, [anArrival(check, Date.now(), { kind: "fail" })], ALONE);
}

async function succeed({ check }: Of): Promise<void> {
  await recordPings(pool, [anArrival(check, Date.now())], ALONE);
}

async function acknowledge(of: Of): Promise<void> {
  await acknowledgeIncident(pool, await incidentOf(of), { ...ADA, at: Date.now() });
}

async function unacknowledge(of: Of): Promise<void> {
  await unacknowledgeIncident(pool, await incidentOf(of), { ...ADA, at: Date.now() });
}

function snooze(minutes: number): Deed {
  return async (scene) => {
    const until = Date.now() + minutes * MINUTE;
    await snoozeIncident(pool, await incidentOf(scene), { ...ADA, at: Date.now(), until });
    await wake();
  };
}

async function pause({ check }: Of): Promise<void> {
  await pauseCheck(pool, refOf(check), Date.now());
}

async function resume({ check }: Of): Promise<void> {
  await resumeCheck(pool, refOf(check), Date.now());
}

async function remove({ check }: Of): Promise<void> {
  await deleteCheck(db, refOf(check));
}

async function removeProject({ check }: Of): Promise<void> {
  await deleteProject(db, check.projectId);
}

async function restore({ check }: Of): Promise<void> {
  await restoreCheck(pool, refOf(check), Date.now());
}

async function dependOn(check: SceneCheck, dependsOn: string[]): Promise<void> {
  const edit = { details: {}, settings: {}, channelIds: null, version: null, at: Date.now(), dependsOn };
  await editCheck(pool, refOf(check), edit);
}

/** Time is moved in the data; then the escalator runs. */
function passes(minutes: number): Deed {
  return async ({ check }) => {
    const ago = [check.id, `${minutes} minutes`];
    await pool.query(
      `update incidents set opened_at = opened_at - $2::interval, wake_at = wake_at - $2::interval,
              snoozed_until = snoozed_until - $2::interval where check_id = $1`,
      ago,
    );
    await pool.query("update deliveries set created_at = created_at - $2::interval where check_id = $1", ago);
    await wake();
  };
}

async function wake(): Promise<void> {
  await processDueEscalations(pool, { limit: 100, ownerContact: OWNER_CONTACT }, (_, error) => {
    throw error;
  });
}

async function incidentOf({ check: { projectId, id } }: Of) {
  const filter = { projectId, openOnly: true, checkId: id };
  const [incident] = await findIncidents(pool, filter, { limit: 1, after: null });
  return { projectId, incidentId: incident?.id ?? "" };
}

function refOf({ projectId, id }: SceneCheck) {
  return { projectId, checkId: id };
}

async function listNotifications({ id }: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ name: string; kind: string }>(
    "select c.name, d.kind from deliveries d join channels c on c.id = d.channel_id where d.check_id = $1 order by d.id",
    [id],
  );
  return rows.map(({ name, kind }) => `${name} ${kind}`);
}
