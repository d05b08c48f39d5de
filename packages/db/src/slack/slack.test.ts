import { randomUUID } from "node:crypto";

import { alertScene, aProject, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { createUser } from "../accounts/accounts.ts";
import { createChannel, deleteChannel } from "../channels/write-channel.ts";
import { openDb } from "../database.ts";
import { keyringOf } from "../secrets/keyring.ts";
import {
  answerSlackPress,
  createSlackLink,
  endSlackAnswer,
  endSlackLink,
  findSlackLink,
  storeSlackPress,
  returnFromSlack,
  findIncidentSlackChannel,
  findProjectSlackChannel,
  takeSlackAnswer,
  takeSlackCode,
} from "./slack.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

async function settingOut() {
  const { projectId } = await aProject(pool);
  const userId = await createUser(db, { email: `${randomUUID()}@example.org`, passwordHash: "x" });
  const { link, state } = await createSlackLink(db, { projectId, userId });
  return { projectId, userId, linkId: link.id, state };
}

describe("a person who comes back from Slack", () => {
  test("brings a code, which is sealed and goes to one of several checkers", async () => {
    const { userId, state, ...ref } = await settingOut();
    expect(await returnFromSlack(db, sceneKeyring, { state, userId, code: "slack-code" })).toEqual(ref);
    const stored = await findSlackLink(db, ref);
    expect(stored?.code).not.toContain("slack-code");
    const taken = await Promise.all([takeSlackCode(db, sceneKeyring), takeSlackCode(db, sceneKeyring)]);
    expect(taken.filter((one) => one !== null)).toEqual([
      { id: ref.linkId, projectId: ref.projectId, code: "slack-code" },
    ]);
    await endSlackLink(db, { id: ref.linkId, projectId: ref.projectId }, { problem: "It did not work." });
    expect(await findSlackLink(db, ref)).toMatchObject({ code: null, problem: "It did not work." });
  });

  test("leaves the code to another checker where the first one died", async () => {
    const { userId, state, linkId } = await settingOut();
    await returnFromSlack(db, sceneKeyring, { state, userId, code: "slack-code" });
    await takeSlackCode(db, sceneKeyring);
    expect(await takeSlackCode(db, sceneKeyring)).toBeNull();
    await pool.query("update slack_links set taken_until = now() - interval '1 second' where id = $1", [
      linkId,
    ]);
    expect(await takeSlackCode(db, sceneKeyring)).toMatchObject({ id: linkId });
    await pool.query("update slack_links set ended_at = now() where id = $1", [linkId]);
  });

  test("comes back once, as the one who set out, and within 15 minutes", async () => {
    const { userId, state, linkId } = await settingOut();
    const other = await settingOut();
    const back = (who: string, with_ = state) =>
      returnFromSlack(db, sceneKeyring, { state: with_, userId: who, problem: "denied" });
    expect(await back(other.userId)).toBeNull();
    expect(await back(userId, "another state")).toBeNull();
    expect(await back(userId)).toMatchObject({ linkId });
    expect(await back(userId)).toBeNull();
    await pool.query("update slack_links set expires_at = now() where id = $1", [other.linkId]);
    expect(await back(other.userId, other.state)).toBeNull();
  });

  test("without a code learns why there is no channel, and no checker has anything to do", async () => {
    const { userId, state, ...ref } = await settingOut();
    await returnFromSlack(db, sceneKeyring, { state, userId, problem: "You cancelled." });
    expect(await findSlackLink(db, ref)).toMatchObject({ problem: "You cancelled.", channelId: null });
    expect(await takeSlackCode(db, sceneKeyring)).toBeNull();
  });
});

describe("a place in Slack", () => {
  const place = () => ({ team: "T1", channel: `C${randomUUID()}` });
  const addPlace = (projectId: string, settings: { team: string; channel: string }) =>
    createChannel(db, sceneKeyring, {
      projectId,
      kind: "slack",
      name: "ops",
      settings,
      hint: "#ops",
      checkIds: "all",
    });

  test("has a say in an incident of a project that alerts it, and in no other's", async () => {
    const [scene, other, there] = [
      await alertScene(db, { kind: "webhook", settings: {} }),
      await alertScene(db, { kind: "webhook", settings: {} }),
      place(),
    ];
    const [{ incidentId }, strange] = [await scene.down(), await other.down()];
    const { id } = await addPlace(scene.projectId, there);
    expect(await findIncidentSlackChannel(db, sceneKeyring, { ...there, incidentId })).toBe(id);
    const elsewhere = { ...there, incidentId: strange.incidentId };
    expect(await findIncidentSlackChannel(db, sceneKeyring, elsewhere)).toBeNull();
    expect(await findIncidentSlackChannel(db, sceneKeyring, { ...there, team: "T2", incidentId })).toBeNull();
  });

  test("is known in its project until its channel is deleted, also beside one that cannot be read", async () => {
    const [{ projectId }, there] = [await aProject(pool), place()];
    await createChannel(db, keyringOf(["a SECRET_KEY that is lost by now"]), {
      projectId,
      kind: "slack",
      name: "lost",
      settings: there,
      hint: "#lost",
      checkIds: "all",
    });
    expect(await findProjectSlackChannel(db, sceneKeyring, { projectId, ...there })).toBeNull();
    const { id } = await addPlace(projectId, there);
    expect(await findProjectSlackChannel(db, sceneKeyring, { projectId, ...there })).toBe(id);
    await deleteChannel(db, { projectId, channelId: id });
    expect(await findProjectSlackChannel(db, sceneKeyring, { projectId, ...there })).toBeNull();
  });
});

describe("a press of a button", () => {
  const answer = { url: "https://hooks.slack.example/1", body: { text: "Acknowledged." } };

  test("that Slack sends again counts once", async () => {
    const id = randomUUID();
    const stored = await Promise.all([
      storeSlackPress(db, id),
      storeSlackPress(db, id),
      storeSlackPress(db, id),
    ]);
    expect(stored.filter(Boolean)).toHaveLength(1);
  });

  test("is answered by one of several checkers, with the message as it was given", async () => {
    const id = randomUUID();
    await storeSlackPress(db, id);
    expect(await takeSlackAnswer(db, sceneKeyring)).toBeNull();
    await answerSlackPress(db, sceneKeyring, { id, ...answer });
    const taken = await Promise.all([takeSlackAnswer(db, sceneKeyring), takeSlackAnswer(db, sceneKeyring)]);
    expect(taken.filter((one) => one !== null)).toEqual([{ id, ...answer }]);
    await endSlackAnswer(db, id);
    await pool.query("update slack_presses set taken_until = null");
    expect(await takeSlackAnswer(db, sceneKeyring)).toBeNull();
  });

  test("is not answered after half an hour, when Slack takes no answer any more", async () => {
    const id = randomUUID();
    await storeSlackPress(db, id);
    await answerSlackPress(db, sceneKeyring, { id, ...answer });
    await pool.query("update slack_presses set created_at = now() - interval '31 minutes' where id = $1", [
      id,
    ]);
    expect(await takeSlackAnswer(db, sceneKeyring)).toBeNull();
  });
});
