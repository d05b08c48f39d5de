import { randomUUID } from "node:crypto";
import { globSync, readFileSync } from "node:fs";

import { testDatabase } from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";

import { loadPushKeys } from "../channels/push-keys.ts";
import { openSettings } from "../channels/settings.ts";
import { createChannel } from "../channels/write-channel.ts";
import { openDb } from "../database.ts";
import { createProject } from "../projects/projects.ts";
import { channels, idempotencyKeys, shadows, slackLinks, slackPresses } from "../schema/index.ts";
import { openShadow } from "../shadow/shadows.ts";
import { keyringOf, newestKey, seal, unseal } from "./keyring.ts";
import { countSealed, resealAll, SEALED_COLUMNS } from "./reseal.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(() => database.drop());

const [FORMER, PRESENT] = ["the former key, which is long enough", "the present key, which is long enough"];
const [former, present, both] = [keyringOf([FORMER]), keyringOf([PRESENT]), keyringOf([PRESENT, FORMER])];
const CHANNELS = 450;
let projectId = "";

beforeAll(async () => {
  projectId = (await createProject(db, { name: "Ops", ownerId: null })).id;
  const channel = {
    projectId,
    kind: "webhook",
    name: "hook",
    settings: { url: "a" },
    hint: "",
    checkIds: [],
  };
  for (let i = 0; i < CHANNELS; i += 1) await createChannel(db, former, channel);
  const shadowId = randomUUID();
  const secrets = JSON.stringify({ pingKey: "p", apiKey: "a" });
  await db.insert(shadows).values({
    id: shadowId,
    projectId,
    product: "healthchecks",
    pingUrl: "https://example.org",
    keysFrom: "uuid",
    startedAt: new Date(),
    secrets: seal(former, { table: "shadows", column: "secrets", rowId: shadowId, projectId }, secrets),
  });
  await loadPushKeys(db, former);
  const answer = { table: "idempotency_keys", column: "answer", rowId: "user:1 POST /x k", projectId: "" };
  await db.insert(idempotencyKeys).values({
    actor: "user:1",
    route: "POST /x",
    key: "k",
    bodyDigest: "",
    claimedAt: new Date(),
    answer: seal(former, answer, "answered"),
  });
  const linkId = randomUUID();
  const code = { table: "slack_links", column: "code", rowId: linkId, projectId };
  const expiresAt = new Date();
  await db.insert(slackLinks).values({
    id: linkId,
    projectId,
    userId: "u",
    stateHash: "h",
    expiresAt,
    code: seal(former, code, "code"),
  });
  const press = { table: "slack_presses", column: "answer", rowId: "press", projectId: "" };
  await db.insert(slackPresses).values({ id: "press", answer: seal(former, press, "{}") });
});

const keysInUse = async () => new Set((await countSealed(pool)).map(({ keyId }) => keyId));

test("everything that a former key sealed is sealed anew by the newest, also after an interruption", async () => {
  expect(await keysInUse()).toEqual(new Set([newestKey(former).id]));
  const stop = new Error("interrupted");
  await expect(
    resealAll(pool, both, () => {
      throw stop;
    }),
  ).rejects.toBe(stop);
  expect((await keysInUse()).size).toBe(2);

  const steps: number[] = [];
  await resealAll(pool, both, ({ resealed }) => steps.push(resealed));
  expect(steps.length).toBeGreaterThan(2);
  expect(await keysInUse()).toEqual(new Set([newestKey(present).id]));

  const [channel] = await db.select().from(channels).limit(1);
  const ref = { projectId, channelId: channel?.id ?? "" };
  expect(openSettings(present, ref, channel?.settings ?? "")).toEqual({ url: "a" });
  const [shadow] = await db.select().from(shadows);
  expect(shadow && openShadow(present, shadow).secrets).toEqual({ pingKey: "p", apiKey: "a" });
  const [kept] = await db.select().from(idempotencyKeys);
  const answer = { table: "idempotency_keys", column: "answer", rowId: "user:1 POST /x k", projectId: "" };
  expect(unseal(present, answer, kept?.answer ?? "")).toBe("answered");
  expect((await loadPushKeys(db, present)).publicKey).toMatch(/^[\w-]{87}$/);
});

test("a value that was changed in the database is counted and left, and one of an unknown key is not touched", async () => {
  const strange = keyringOf(["the key of somebody else, which is long enough"]);
  const channel = {
    projectId,
    kind: "webhook",
    name: "hook",
    settings: { url: "b" },
    hint: "",
    checkIds: [],
  };
  const lost = await createChannel(db, strange, channel);
  const changed = await createChannel(db, former, channel);
  const other = await createChannel(db, former, channel);
  await db.update(channels).set({ settings: other.settings }).where(eq(channels.id, changed.id));
  expect(await resealAll(pool, both)).toEqual({ resealed: 1, unreadable: 1 });
  const settingsOf = async (id: string) =>
    (await db.select().from(channels).where(eq(channels.id, id)))[0]?.settings;
  expect(await settingsOf(changed.id)).toBe(other.settings);
  expect(await settingsOf(lost.id)).toBe(lost.settings);
});

test("every place of a sealed value in the source is one that is sealed anew", () => {
  const root = new URL("../../../../", import.meta.url).pathname;
  const files = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root });
  const places = files
    .filter((file) => !file.includes(".test."))
    .flatMap((file) => [
      ...readFileSync(root + file, "utf8").matchAll(/table: "(\w+)", column: "(\w+)", rowId/g),
    ])
    .map(([, table, column]) => `${table}.${column}`);
  const known = new Set(SEALED_COLUMNS.map(({ place }) => `${place.table}.${place.column}`));
  expect(new Set(places)).toEqual(known);
});
