import { randomUUID } from "node:crypto";

import { aCheck, aProject, alertScene, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { deleteChannel } from "../channels/write-channel.ts";
import { openDb } from "../database.ts";
import { findCheck, listChecks } from "./find-checks.ts";
import { CircularDependency, UnknownChannel, UnknownDependency } from "./links.ts";
import { deleteCheck, editCheck } from "./write-check.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const checkWithSlug = (projectId: string, slug: string) =>
  aCheck(pool, { projectId, details: { name: slug, slug } });
const edit = (
  check: { projectId: string; id: string },
  links: { dependsOn?: string[]; channelIds?: string[] },
) =>
  editCheck(
    pool,
    { projectId: check.projectId, checkId: check.id },
    { details: {}, settings: {}, channelIds: null, version: null, at: Date.now(), ...links },
  );
const dependenciesOf = async ({ projectId, id }: { projectId: string; id: string }) =>
  (await findCheck(db, { projectId, checkId: id }))?.dependsOn;

describe("a check's dependencies", () => {
  test("are named by id or by slug, and each counts once", async () => {
    const { projectId } = await aProject(pool);
    const [database_, job] = [
      await checkWithSlug(projectId, "database"),
      await checkWithSlug(projectId, "job"),
    ];
    await edit(job, { dependsOn: [database_.id, "database"] });
    expect(await dependenciesOf(job)).toEqual([database_.id]);
    await edit(job, {});
    expect(await dependenciesOf(job)).toEqual([database_.id]);
    await edit(job, { dependsOn: [] });
    expect(await dependenciesOf(job)).toEqual([]);
  });

  test("are refused by the name that was sent where there is none, it is deleted, or two have it", async () => {
    const { projectId } = await aProject(pool);
    const [job, gone] = [await checkWithSlug(projectId, "job"), await checkWithSlug(projectId, "gone")];
    await Promise.all([checkWithSlug(projectId, "twin"), checkWithSlug(projectId, "twin")]);
    await deleteCheck(db, { projectId, checkId: gone.id });
    const stranger = await aCheck(pool, { details: { slug: "stranger" } });
    for (const name of ["none", "gone", "twin", randomUUID(), stranger.id, "stranger"]) {
      const refused = await edit(job, { dependsOn: [name] }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UnknownDependency);
      expect(refused).toMatchObject({ named: name });
    }
    expect(await dependenciesOf(job)).toEqual([]);
  });

  test("never make a circle, and the check that closes it is named", async () => {
    const { projectId } = await aProject(pool);
    const [a, b, c] = [
      await checkWithSlug(projectId, "a"),
      await checkWithSlug(projectId, "b"),
      await checkWithSlug(projectId, "c"),
    ];
    await expect(edit(a, { dependsOn: ["a"] })).rejects.toMatchObject({ through: null });
    await edit(b, { dependsOn: ["a"] });
    await edit(c, { dependsOn: ["b"] });
    await expect(edit(a, { dependsOn: ["c"] })).rejects.toMatchObject({ through: "c" });
    expect(await dependenciesOf(a)).toEqual([]);
  });

  test("of two edits at the same time that make a circle together, one is refused", async () => {
    const { projectId } = await aProject(pool);
    const [a, b] = [await checkWithSlug(projectId, "a"), await checkWithSlug(projectId, "b")];
    const edits = await Promise.allSettled([edit(a, { dependsOn: ["b"] }), edit(b, { dependsOn: ["a"] })]);
    const refused = edits.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    expect(refused).toEqual([expect.any(CircularDependency)]);
  });
});

describe("a check's channels", () => {
  test("are exactly those of the last edit", async () => {
    const scene = await alertScene(db, { kind: "webhook", settings: {} });
    const other = await scene.addChannel("webhook", {});
    const check = await aCheck(pool, { projectId: scene.projectId });
    const channels = async () =>
      (await findCheck(db, { ...scene, checkId: check.id }))?.channelIds.toSorted();
    expect(await channels()).toEqual([scene.channelId, other].toSorted());
    await edit(check, { channelIds: [other, other] });
    expect(await channels()).toEqual([other]);
  });

  test("are refused where they are another project's or deleted, and the edit writes nothing then", async () => {
    const [scene, stranger] = [
      await alertScene(db, { kind: "webhook", settings: {} }),
      await alertScene(db, { kind: "webhook", settings: {} }),
    ];
    const check = await aCheck(pool, { projectId: scene.projectId });
    const gone = await scene.addChannel("webhook", {});
    await deleteChannel(db, { projectId: scene.projectId, channelId: gone });
    for (const channelId of [stranger.channelId, gone, randomUUID()])
      await expect(edit(check, { channelIds: [channelId], dependsOn: [] })).rejects.toThrow(UnknownChannel);
    expect((await findCheck(db, { ...scene, checkId: check.id }))?.version).toBe(1);
  });
});

describe("checks of a project", () => {
  test("are listed a page at a time, those that carry all the tags", async () => {
    const { projectId } = await aProject(pool);
    for (const tags of ["prod db", "prod", "db", "prod db eu", "product db"])
      await aCheck(pool, { projectId, details: { name: tags, tags } });
    const page = (tags: string[], limit = 9, after: string | null = null) =>
      listChecks(db, { projectId, tags }, { limit, after });
    expect((await page(["prod", "db"])).map(({ name }) => name).toSorted()).toEqual([
      "prod db",
      "prod db eu",
    ]);
    const [all, first] = [await page(["prod"]), await page(["prod"], 1)];
    const others = await page(["prod"], 9, first[0]?.id);
    expect(all).toHaveLength(3);
    expect([...first, ...others]).toEqual(all);
    expect(await page(["%"])).toEqual([]);
  });
});
