import { Agent, request } from "node:http";

import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { moveCheck, moveHistory, openDb } from "@overdue/db";
import { expect, test } from "vitest";

import { startApiProcess } from "../../test/api-process.ts";
import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type Check = { id: string; pingUrl: string; projectId: string; channelIds: string[] };

test("somebody moves a check of theirs and back, and both projects' logs say so", async () => {
  const { ada, check, otherId } = await aPlace();
  await api.app.request(new URL(check.pingUrl).pathname, { method: "POST" });
  const moved = await ada.as("POST", `${ada.path}/checks/${check.id}/move`, { toProjectId: otherId });
  expect(await read(moved)).toMatchObject({ id: check.id, projectId: otherId, pingUrl: check.pingUrl });
  expect((await ada.as("GET", `${ada.path}/checks/${check.id}`)).status).toBe(404);
  const there = `/v1/projects/${otherId}/checks/${check.id}`;
  expect(await read(await ada.as("GET", `${there}/pings`))).toMatchObject({ items: [{ number: 1 }] });
  expect((await api.app.request(new URL(check.pingUrl).pathname)).status).toBe(200);
  expect(await read(await ada.as("GET", there))).toMatchObject({ pingCount: 2, status: "up" });
  for (const path of [ada.path, `/v1/projects/${otherId}`])
    expect(await read(await ada.as("GET", `${path}/audit?limit=1`))).toMatchObject({
      items: [
        {
          action: "check.move",
          object: { id: check.id },
          changes: { projectId: { before: ada.projectId, after: otherId } },
        },
      ],
    });
  const back = await ada.as("POST", `${there}/move`, { toProjectId: ada.projectId });
  expect(await read(back)).toMatchObject({ projectId: ada.projectId, pingCount: 2 });
});

test.each([
  ["has no role", null, 400],
  ["only reads", "viewer", 403],
  ["may change checks", "member", 200],
] as const)("a check does move only to a project where its mover %s", async (_, role, status) => {
  const { ada, check } = await aPlace();
  const bob = await person(api);
  if (role !== null)
    await api.db.execute(
      `insert into members (project_id, user_id, role) values ('${bob.projectId}', '${ada.userId}', '${role === "member" ? "editor" : role}')`,
    );
  const path = `${ada.path}/checks/${check.id}/move`;
  expect((await ada.as("GET", `${path}?toProjectId=${bob.projectId}`)).status).toBe(status);
  expect((await ada.as("POST", path, { toProjectId: bob.projectId })).status).toBe(status);
});

test("no API key moves a check, since it belongs to one project", async () => {
  const { ada, check, otherId } = await aPlace();
  const key = await keyHolder(api, ada.projectId, "write");
  const path = `${ada.path}/checks/${check.id}/move`;
  expect((await key.as("POST", path, { toProjectId: otherId })).status).toBe(403);
});

test("a check that is down is not moved, and the answer says what to do", async () => {
  const { ada, check, otherId } = await aPlace();
  await api.app.request(`${new URL(check.pingUrl).pathname}/fail`);
  const path = `${ada.path}/checks/${check.id}/move`;
  const sentence = expect.stringContaining("move it once it is up, or pause it first");
  expect(await read(await ada.as("GET", `${path}?toProjectId=${otherId}`))).toMatchObject({
    refusal: sentence,
  });
  const refused = await ada.as("POST", path, { toProjectId: otherId });
  expect(await read(refused)).toMatchObject({ status: 409, code: "conflict", detail: sentence });
});

test("while pings arrive at two processes, a check moves to and fro, and each ping is answered, stored and in its project", async () => {
  const database = await testDatabase();
  const { pool } = database;
  const [from, to] = [await aProject(pool), await aProject(pool)];
  const check = await aCheck(pool, { projectId: from.projectId, details: { slug: "job" } });
  const processes = [
    await startApiProcess({ DATABASE_URL: database.url }),
    await startApiProcess({ DATABASE_URL: database.url }),
  ];
  const urls = processes.flatMap(({ url }) => [
    `${url}/ping/${check.pingUuid}/log`,
    `${url}/ping/${from.pingKey}/job/log`,
  ]);
  let isOver = false;
  const jobs = urls.map(async (url, job) => {
    const agent = new Agent({ keepAlive: true });
    const statuses: number[] = [];
    while (!isOver)
      statuses.push(await ping(`${url}?rid=${crypto.randomUUID()}`, agent, `${job} ${statuses.length}`));
    agent.destroy();
    return statuses;
  });
  for (let i = 0; i < 30; i += 1) {
    const [here, there] = i % 2 === 0 ? [from, to] : [to, from];
    const move = { projectId: here.projectId, checkId: check.id, toProjectId: there.projectId };
    expect(await moveCheck(pool, { ...move, channelIds: null, at: Date.now() })).toBe(true);
    await moveHistory(openDb(pool), check.id);
  }
  isOver = true;
  const statuses = (await Promise.all(jobs)).flat();
  await Promise.all(processes.map((process) => process.stop()));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const rows = await pool.query(
    `select project_id, sum(1 + repeats)::int as count from pings where check_id = $1 group by 1`,
    [check.id],
  );
  expect(rows).toEqual([{ project_id: from.projectId, count: statuses.length }]);
  await database.drop();
}, 60_000);

async function aPlace() {
  const ada = await person(api);
  const { id: otherId } = await read<{ id: string }>(await ada.as("POST", "/v1/projects", { name: "Other" }));
  const made = await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, name: "job", slug: "job" });
  return { ada, check: await read<Check>(made), otherId };
}

function ping(url: string, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: "POST" }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", reject).end(body);
  });
}
