import { createChannel, createProject, findCheckByPingUuid, keyringOf, openDb } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { serveOverHttp } from "../../../api/test/healthchecks/serve.ts";
import { tenant } from "../../../api/test/healthchecks/tenant.ts";
import { runAdmin } from "./admin.ts";

const SECRET_KEY = "s".repeat(40);
const database = await testDatabase();
afterAll(database.drop);
const db = openDb(database.pool);
// Any instance that speaks the API will do, and ours does.
const theirs = await serveOverHttp();
const { keys } = await tenant(theirs);

async function newProject(): Promise<string> {
  const { id } = await createProject(db, { name: "Moved", ownerId: null });
  const channel = { projectId: id, kind: "webhook", name: "hook-1", hint: "", settings: {} };
  await createChannel(db, keyringOf([SECRET_KEY]), { ...channel, checkIds: [] });
  return id;
}

async function theirCheck(json: object): Promise<{ uuid: string; badge_url: string }> {
  const headers = { "x-api-key": keys.rw };
  const options = { method: "POST", headers, body: JSON.stringify(json) };
  return (await (await fetch(`${theirs.url}/api/v3/checks/`, options)).json()) as {
    uuid: string;
    badge_url: string;
  };
}

async function run(project: string, ...more: string[]): Promise<Record<string, string>[]> {
  const options = ["--project", project, "--url", theirs.url, "--api-key", keys.rw, "--json", ...more];
  const environment = { DATABASE_URL: database.url, SECRET_KEY };
  return JSON.parse(await runAdmin(["import", "healthchecks", ...options], environment));
}

test("checks come over as they are, their URLs too, and a second run changes nothing", async () => {
  const cron = { name: "Backup", slug: "backup", tags: "prod db", schedule: "30 2 * * *", tz: "Europe/Riga" };
  const { uuid, badge_url: badge } = await theirCheck({
    ...cron,
    grace: 120,
    channels: "*",
    success_kw: "OK",
  });
  const paused = await theirCheck({ name: "Paused", timeout: 120 });
  await fetch(`${theirs.url}/api/v3/checks/${paused.uuid}/pause`, {
    method: "POST",
    headers: { "x-api-key": keys.rw },
  });
  const project = await newProject();
  expect(await run(project, "--keep-uuids", "yes")).toEqual([
    { created: "2", "already there": "0" },
    {
      check: "Backup",
      problem: "there is not exactly one channel with the name of its webhook “hook-2”: link one by hand.",
    },
  ]);
  const moved = await findCheckByPingUuid(db, uuid);
  expect(moved).toMatchObject({
    projectId: project,
    slug: "backup",
    tags: "prod db",
    graceSeconds: 120,
    successKeywords: "OK",
    schedule: { kind: "cron", expression: "30 2 * * *", scheduler: "cronsim", timezone: "Europe/Riga" },
    status: "new",
  });
  expect(badge).toContain(moved?.badgeUuid);
  expect(moved?.channelIds).toHaveLength(1);
  expect(await findCheckByPingUuid(db, paused.uuid)).toMatchObject({ status: "paused" });
  expect(await run(project, "--keep-uuids", "yes")).toEqual([{ created: "0", "already there": "2" }]);
  expect(await findCheckByPingUuid(db, uuid)).toEqual(moved);
});

test("without their UUIDs a second run finds the checks again, too", async () => {
  const project = await newProject();
  const [first] = await run(project);
  expect(Number(first?.["created"])).toBeGreaterThan(0);
  expect((await run(project))[0]).toEqual({ created: "0", "already there": first?.["created"] });
});

test("a line that Healthchecks reads otherwise than plain cron is imported and reported", async () => {
  await theirCheck({ name: "Second Friday", schedule: "0 0 * * FRI#2", tz: "UTC" });
  const answer = await run(await newProject());
  const problem = expect.stringContaining(
    "the second Friday of the month at 00:00; plain cron would run it every Friday",
  );
  expect(answer).toContainEqual({ check: "Second Friday", problem });
});

test("a UUID that another project has is reported and left alone", async () => {
  const { uuid } = await theirCheck({ name: "Twice" });
  await run(await newProject(), "--keep-uuids", "yes");
  const answer = await run(await newProject(), "--keep-uuids", "yes");
  expect(answer[0]).toEqual({ created: "0", "already there": "0" });
  expect(answer.map(({ check }) => check)).toContain("Twice");
  expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  [["--api-key", "x".repeat(32)], "refuses --api-key: it must be the read-write key of the project."],
  [["--url", "http://127.0.0.1:1"], "127.0.0.1:1 cannot be reached: check --url."],
])("%j is refused with a sentence", async (options, sentence) => {
  await expect(run(await newProject(), ...options)).rejects.toThrow(sentence);
});
