import { randomBytes } from "node:crypto";

import { aProject, testDatabase } from "@overdue/testkit";
import { HOUR_MS } from "@overdue/schedules";
import { afterAll, describe, expect, test } from "vitest";

import { createUser } from "../accounts/accounts.ts";
import { openDb } from "../database.ts";
import { deleteProject } from "../projects/projects.ts";
import { newApiKey } from "../secrets/api-key.ts";
import {
  createKey,
  findKey,
  listKeys,
  listKeysMadeBy,
  checkBroughtKey,
  revokeKey,
  rotateKey,
  touchKey,
} from "./keys.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const NOW = Date.now();

async function aKey(expiresAt: Date | null = null) {
  const { projectId } = await aProject(pool);
  const { row, key } = await createKey(db, { projectId, name: "deploy", scope: "write", expiresAt });
  return { projectId, keyId: row.id, key, row };
}

describe("a key", () => {
  test("is found as long as it is neither expired nor revoked, and its project is there", async () => {
    const { projectId, keyId, key } = await aKey(new Date(NOW + HOUR_MS));
    expect(await findKey(db, key, NOW)).toMatchObject({ id: keyId, projectId, scope: "write" });
    expect(await findKey(db, key, NOW + HOUR_MS)).toBeNull();
    await deleteProject(db, projectId);
    expect(await findKey(db, key, NOW)).toBeNull();
  });

  test("is distinguished from another key of the same beginning", async () => {
    const { projectId } = await aProject(pool);
    const beginning = `hcw_${randomBytes(4).toString("hex")}`;
    const ofTwenty = () => beginning + randomBytes(10).toString("hex");
    const twin = ofTwenty();
    await createKey(db, { projectId, name: "deploy", scope: "write", key: ofTwenty() });
    const { row } = await createKey(db, { projectId, name: "twin", scope: "read", key: twin });
    expect(await findKey(db, twin, NOW)).toMatchObject({ id: row.id });
    expect(await findKey(db, ofTwenty(), NOW)).toBeNull();
  });

  test("that is revoked is gone at once, and cannot be revoked again", async () => {
    const { projectId, keyId, key } = await aKey();
    expect(await revokeKey(db, { projectId, keyId })).toBe(true);
    expect(await revokeKey(db, { projectId, keyId })).toBe(false);
    expect(await findKey(db, key, NOW)).toBeNull();
    expect(await listKeys(db, projectId)).toEqual([]);
  });

  test("says when and from where it was last used", async () => {
    const { key, keyId } = await aKey();
    await touchKey(db, { keyId, at: NOW, from: "203.0.113.7" });
    expect(await findKey(db, key, NOW)).toMatchObject({
      lastUsedAt: new Date(NOW),
      lastUsedFrom: "203.0.113.7",
    });
  });
});

describe("a key that is rotated", () => {
  test("goes on until its given end beside the new one, which has its name and scope", async () => {
    const { projectId, keyId, key } = await aKey();
    const rotated = await rotateKey(db, { projectId, keyId }, { now: NOW, oldEndsAt: NOW + HOUR_MS });
    expect(rotated?.row).toMatchObject({ projectId, name: "deploy", scope: "write", expiresAt: null });
    expect(await findKey(db, rotated?.key ?? "", NOW + 2 * HOUR_MS)).toMatchObject({ id: rotated?.row.id });
    expect(await findKey(db, key, NOW + HOUR_MS - 1)).toMatchObject({ id: keyId });
    expect(await findKey(db, key, NOW + HOUR_MS)).toBeNull();
  });

  test("keeps its own end where that is earlier, and hands it on", async () => {
    const end = new Date(NOW + HOUR_MS);
    const { projectId, keyId } = await aKey(end);
    const rotated = await rotateKey(db, { projectId, keyId }, { now: NOW, oldEndsAt: NOW + 9 * HOUR_MS });
    expect([rotated?.old.expiresAt, rotated?.row.expiresAt]).toEqual([end, end]);
  });

  test("by two people at the same time has two successors, and ends at the earlier of both ends", async () => {
    const { projectId, keyId } = await aKey();
    const ends = [NOW + HOUR_MS, NOW + 2 * HOUR_MS];
    await Promise.all(ends.map((oldEndsAt) => rotateKey(db, { projectId, keyId }, { now: NOW, oldEndsAt })));
    const keys = await listKeys(db, projectId);
    expect(keys).toHaveLength(3);
    expect(keys.find(({ id }) => id === keyId)?.expiresAt).toEqual(new Date(NOW + HOUR_MS));
  });

  test("must be valid, and of this project", async () => {
    const { projectId, keyId } = await aKey(new Date(NOW - 1));
    const other = await aKey();
    const options = { now: NOW, oldEndsAt: NOW };
    expect(await rotateKey(db, { projectId, keyId }, options)).toBeNull();
    expect(await rotateKey(db, { projectId, keyId: other.keyId }, options)).toBeNull();
  });
});

describe("keys of a project", () => {
  test("are listed oldest first, a page at a time", async () => {
    const { projectId } = await aProject(pool);
    for (const name of ["one", "two", "three"]) await createKey(db, { projectId, name, scope: "ping" });
    const first = await listKeys(db, projectId, { limit: 2, after: null });
    const second = await listKeys(db, projectId, { limit: 2, after: first.at(-1)?.id ?? null });
    expect([first, second].map((page) => page.map(({ name }) => name))).toEqual([["one", "two"], ["three"]]);
  });

  test("that a person made are those that still work", async () => {
    const { projectId } = await aProject(pool);
    const email = `${crypto.randomUUID()}@example.org`;
    const userId = await createUser(db, { email, passwordHash: "x" });
    const make = (name: string, expiresAt: Date | null) =>
      createKey(db, { projectId, name, scope: "read", expiresAt, createdBy: userId });
    await make("expired", new Date(NOW - 1));
    const { row } = await make("revoked", null);
    await revokeKey(db, { projectId, keyId: row.id });
    await make("valid", new Date(NOW + HOUR_MS));
    await createKey(db, { projectId, name: "of a command", scope: "read" });
    expect((await listKeysMadeBy(db, { projectId, userId })).map(({ name }) => name)).toEqual(["valid"]);
  });
});

describe("a key that comes from elsewhere", () => {
  test("is taken where nobody has it", async () => {
    const { projectId } = await aProject(pool);
    expect(await checkBroughtKey(db, projectId, newApiKey("write"))).toBe("yes");
  });

  test("is the project's own also when it was revoked", async () => {
    const { projectId, keyId, key } = await aKey();
    await revokeKey(db, { projectId, keyId });
    expect(await checkBroughtKey(db, projectId, key)).toBe("ours");
  });

  test("is refused alike where another project has it and where it is easy to guess", async () => {
    const [{ projectId }, other] = [await aProject(pool), await aKey()];
    for (const key of [
      other.key,
      "abcdefghijklmnopqrstuvwxyz012345",
      "ab".repeat(16),
      "hcw_0000000000000000000000000000",
    ])
      expect(await checkBroughtKey(db, projectId, key)).toBe("no");
  });
});
