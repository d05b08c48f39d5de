import { createKey, openDb } from "@overdue/db";
import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { startApiProcess } from "../../test/api-process.ts";
import { read } from "../../test/test-api.ts";

const database = await testDatabase();
const api = await startApiProcess({ DATABASE_URL: database.url, API_RATE_LIMIT: "0" });
afterAll(async () => {
  await api.stop();
  await database.drop();
});

const COUNT = 6;
const FILES = 4;
/** Costs a thread a second or more, and is refused in the end: it has no version. */
const HEAVY = Array.from({ length: 60_000 }, (_, i) => `k${i}: ${i}`).join("\n");

test("pings are answered while every thread is busy with files, and too many files are asked to come again", async () => {
  const check = await aCheck(database.pool);
  await apply(await aKey(), "version: 1"); // what is loaded with the first file is loaded
  const answered: string[] = [];
  const [one, other] = [await aKey(), await aKey()];
  const files = [one, other, one, one, one, one].map(async (key) => {
    const response = await apply(key, HEAVY);
    answered.push("file");
    return response;
  });
  const heavy = Promise.all(files);
  await Promise.race(files); // refused at once: all others have arrived
  for (let i = 0; i < COUNT; i += 1) {
    expect((await fetch(`${api.url}/ping/${check.pingUuid}`)).status).toBe(200);
    answered.push("ping");
  }
  const problems = await Promise.all(
    (await heavy).map(async (response) => ({
      status: response.status,
      detail: (await read(response))["detail"],
    })),
  );
  expect(problems.filter(({ status }) => status === 503)).toEqual([
    { status: 503, detail: "Other files are being read: send this one again in a few seconds." },
  ]);
  expect(problems.filter(({ status }) => status === 400)).toHaveLength(5);
  // Each file took longer than all pings together, so no ping waited for one.
  expect(answered.slice(0, 1 + COUNT)).toEqual(["file", ...Array.from({ length: COUNT }, () => "ping")]);
});

test("pings are answered while holidays are computed for schedules", async () => {
  const check = await aCheck(database.pool);
  const key = await aKey();
  const answered: string[] = [];
  const explained = Array.from({ length: FILES }, async (_, i) => {
    const except = { holidays: ["CN", "HK", "TW", "JP", "VN"], dates: [`2031-01-0${i + 1}`] };
    const schedule = { kind: "cron", expression: "0 0 1 1 *", timezone: "UTC", except };
    const response = await fetch(`${api.url}/v1/schedules/explain`, {
      method: "POST",
      headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json" },
      body: JSON.stringify({ schedule }),
    });
    answered.push("explained");
    return response;
  });
  for (let i = 0; i < COUNT; i += 1) {
    expect((await fetch(`${api.url}/ping/${check.pingUuid}`)).status).toBe(200);
    answered.push("ping");
  }
  for (const response of await Promise.all(explained)) {
    expect(response.status).toBe(400);
    // On a busy machine the limit for such a search may come first.
    expect(await read(response)).toMatchObject({ detail: expect.stringMatching(/never run|takes too long/) });
  }
  expect(answered.slice(0, COUNT)).toEqual(Array.from({ length: COUNT }, () => "ping"));
});

type Key = { projectId: string; key: string };

async function aKey(): Promise<Key> {
  const { projectId } = await aProject(database.pool);
  const { key } = await createKey(openDb(database.pool), { projectId, name: "test", scope: "write" });
  return { projectId, key };
}

function apply({ projectId, key }: Key, file: string): Promise<Response> {
  return fetch(`${api.url}/v1/projects/${projectId}/config`, {
    method: "PUT",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/yaml" },
    body: file,
  });
}
