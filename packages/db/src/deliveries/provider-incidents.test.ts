import { aCheck, anArrival, aProject, type SceneCheck, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test } from "vitest";

import { settingsPlace } from "../channels/settings.ts";
import { createChannel, deleteChannel, editChannel, restoreChannel } from "../channels/write-channel.ts";
import { findIncidents } from "../incidents/find-incidents.ts";
import { deleteCheck, pauseCheck, restoreCheck, resumeCheck, undoPause } from "../checks/write-check.ts";
import { openDb } from "../database.ts";
import { deleteProject } from "../projects/projects.ts";
import { unseal } from "../secrets/keyring.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { claimDeliveries, type ClaimedAlert } from "./claim.ts";
import { dueDeliveries } from "./due.ts";
import { recordAttempts } from "./record-attempts.ts";

const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
const LEASE = { seconds: 45, holder: null, ungroupedKinds: ["group"] };
const EDIT = {
  name: null,
  settings: null,
  addressAuthor: null,
  checkIds: null,
  isFallback: null,
  proveWeekly: null,
  collectMinutes: null,
  groups: undefined,
  version: null,
};
const OLD = { key: "a".repeat(32), severity: "critical" };
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
let projectId: string;
let pager: string;
let chat: string;
beforeEach(async () => {
  ({ projectId } = await aProject(pool));
  pager = await aChannel("pagerduty", OLD);
  chat = await aChannel("slack", {});
});
afterAll(() => database.drop());

test.each([
  ["is paused", "paused", (check: SceneCheck) => pauseCheck(pool, refOf(check), Date.now())],
  ["is deleted", "deleted", (check: SceneCheck) => deleteCheck(db, refOf(check))],
  ["goes with its project", "deleted", () => deleteProject(db, projectId)],
  ["loses the channel", "channel-deleted", () => deleteChannel(db, { projectId, channelId: pager })],
] as const)(
  "the incident of a check that %s ends in the channels that keep it, and no other channel is notified",
  async (_, end, act) => {
    const check = await downCheck();
    await act(check);
    expect(await deliver()).toEqual([`pagerduty up ${end}`]);
    expect(await deliver()).toEqual([]);
  },
);

test("a check that was never down, or is up again, ends nothing", async () => {
  const check = await downCheck();
  await ping(check, "success");
  expect((await deliver()).toSorted()).toEqual(["pagerduty up", "slack up"]);
  await pauseCheck(pool, refOf(check), Date.now());
  await deleteCheck(db, refOf(check));
  const other = await aCheck(pool, { projectId });
  await deleteCheck(db, refOf(other));
  expect(await deliver()).toEqual([]);
});

test("a down that still waits when its check is paused is not sent to a channel that would keep it", async () => {
  const check = await aCheck(pool, { projectId });
  await ping(check, "fail");
  await pauseCheck(pool, refOf(check), Date.now());
  expect((await deliver()).filter((line) => line.startsWith("pagerduty"))).toEqual(["pagerduty up paused"]);
});

test("a check that is paused, resumed and fails again is a new incident, and ends once more", async () => {
  const check = await downCheck();
  await pauseCheck(pool, refOf(check), Date.now());
  await deliver();
  await resumeCheck(pool, refOf(check), Date.now());
  await ping(check, "fail");
  expect((await deliver()).toSorted()).toEqual(["pagerduty down", "slack down"]);
  await deleteCheck(db, refOf(check));
  expect(await deliver()).toEqual(["pagerduty up deleted"]);
});

test.each([
  [
    "check",
    (check: SceneCheck) => deleteCheck(db, refOf(check)),
    (check: SceneCheck) => restoreCheck(pool, refOf(check), Date.now()),
  ],
  [
    "channel",
    () => deleteChannel(db, { projectId, channelId: pager }),
    () => restoreChannel(db, { projectId, channelId: pager }),
  ],
] as const)(
  "a %s whose deletion is undone opens what is still down again, as often as that is done",
  async (_, remove, restore) => {
    const check = await downCheck();
    for (const _round of [1, 2]) {
      await remove(check);
      expect(await deliver()).toEqual([expect.stringContaining("pagerduty up ")]);
      await restore(check);
      expect(await deliver()).toEqual(["pagerduty reminder"]);
    }
    await ping(check, "success");
    expect((await deliver()).toSorted()).toEqual(["pagerduty up", "slack up"]);
  },
);

test("a pause that is undone opens its incident again, there too, and its end is that of the check", async () => {
  const check = await downCheck();
  const open = { projectId, checkId: check.id, openOnly: true };
  const openIncidents = async () =>
    (await findIncidents(pool, open, { limit: 2, after: null })).map(({ id }) => id);
  const before = await openIncidents();
  expect(before).toHaveLength(1);
  for (const _round of [1, 2]) {
    await pauseCheck(pool, refOf(check), Date.now());
    expect(await openIncidents()).toEqual([]);
    expect(await deliver()).toEqual(["pagerduty up paused"]);
    await undoPause(pool, refOf(check), Date.now());
    expect(await openIncidents()).toEqual(before);
    expect(await deliver()).toEqual(["pagerduty reminder"]);
  }
  await ping(check, "success");
  expect((await deliver()).toSorted()).toEqual(["pagerduty up", "slack up"]);
  expect(await openIncidents()).toEqual([]);
});

test("a deletion that is undone before it was sent changes nothing there but a reminder", async () => {
  const check = await downCheck();
  await deleteCheck(db, refOf(check));
  await restoreCheck(pool, refOf(check), Date.now());
  expect(await deliver()).toEqual(["pagerduty reminder"]);
});

test("a channel that is given another key ends its incidents under the old one, and begins them under the new", async () => {
  await downCheck();
  await edit({ ...OLD, key: "b".repeat(32) });
  const claimed = await claimAll();
  expect(new Set(claimed.map(({ alert }) => [alert.kind, keyOf(alert), alert.hasOldSettings]))).toEqual(
    new Set([
      ["reminder", "b".repeat(32), false],
      ["up", "a".repeat(32), true],
    ]),
  );
  expect(JSON.stringify(claimed.map(({ alert }) => alert.payload))).not.toContain("sealedSettings");
});

test("a channel that is only made louder stays as it is", async () => {
  await downCheck();
  await edit({ ...OLD, severity: "warning" });
  expect(await deliver()).toEqual([]);
});

test("the end of an incident that could not be sent goes to no fallback", async () => {
  await editChannel(
    db,
    { projectId, channelId: chat },
    { keyring: sceneKeyring, edit: { ...EDIT, isFallback: true } },
  );
  const check = await downCheck();
  await pauseCheck(pool, refOf(check), Date.now());
  await finish(await claimAll(), "failed");
  expect(await deliver()).toEqual([]);
});

async function edit(settings: Record<string, unknown>): Promise<void> {
  const given = { ...EDIT, settings: { settings, hint: "…" } };
  await editChannel(db, { projectId, channelId: pager }, { keyring: sceneKeyring, edit: given });
}

async function aChannel(kind: string, settings: Record<string, unknown>): Promise<string> {
  const input = { projectId, kind, settings, name: kind, hint: "…", checkIds: [] };
  return (await createChannel(db, sceneKeyring, input)).id;
}

/** A check whose down was sent to both channels. */
async function downCheck(): Promise<SceneCheck> {
  const check = await aCheck(pool, { projectId });
  await ping(check, "fail");
  expect((await deliver()).toSorted()).toEqual(["pagerduty down", "slack down"]);
  return check;
}

async function ping(check: SceneCheck, kind: "success" | "fail"): Promise<void> {
  await recordPings(pool, [anArrival(check, Date.now(), { kind })], ALONE);
}

function refOf({ id }: SceneCheck) {
  return { projectId, checkId: id };
}

/** Sends all that is due. @returns a line for each: channel, kind, and how it ended */
async function deliver(): Promise<string[]> {
  const claimed = await claimAll();
  await finish(claimed, "sent");
  return claimed.map(({ alert }) =>
    [alert.channelKind, alert.kind, ...(alert.payload === null ? [] : [alert.payload["endedBy"]])].join(" "),
  );
}

async function claimAll(): Promise<ClaimedAlert[]> {
  const due = await dueDeliveries(db, { limit: 1_000, aheadMs: 0, here: [], enqueued: [] });
  const ids = due.flatMap((one) => (one.projectId === projectId ? [one.deliveryId] : []));
  return claimDeliveries(db, ids, LEASE);
}

async function finish(claimed: readonly ClaimedAlert[], state: "sent" | "failed"): Promise<void> {
  const ended = {
    state,
    startedAt: new Date(),
    statusCode: 200,
    answer: "",
    providerRef: null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
  };
  await recordAttempts(
    db,
    claimed.map(({ claim }) => ({ claim, finish: ended })),
    OWNER_CONTACT,
  );
}

function keyOf({ channel, sealedSettings }: ClaimedAlert["alert"]): unknown {
  const place = settingsPlace({ projectId, channelId: channel.id });
  return JSON.parse(unseal(sceneKeyring, place, sealedSettings)).key;
}
