import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

// People put read-only keys on public dashboards.
const api = await testApi();
const owner = await person(api);
const reader = await keyHolder(api, owner.projectId, "read");
const bodies = await keyHolder(api, owner.projectId, "read:bodies");
const writer = await keyHolder(api, owner.projectId, "write");
const check = await read<{ id: string; pingUrl: string }>(
  await owner.as("POST", `${owner.path}/checks`, { schedule: { kind: "interval", everySeconds: 60 } }),
);
const ping = async (suffix: string, body: string) =>
  await api.app.request(`${new URL(check.pingUrl).pathname}${suffix}`, { method: "POST", body });
await ping("/start", "");
await ping("/fail", "secret=hunter2 on db-7");
const ofCheck = `${owner.path}/checks/${check.id}`;

test.each([
  [`${ofCheck}/pings/2/body`],
  [`${owner.path}/channels`],
  [`${owner.path}/deliveries`],
  [`${owner.path}/dead-letters`],
  [`${owner.path}/people`],
  [`${owner.path}/rotations`],
  [`${owner.path}/storms`],
  [`${ofCheck}/notification-preview`],
])("a read-only key is refused %s, a key that writes is not", async (path) => {
  expect((await reader.as("GET", path)).status).toBe(403);
  expect((await writer.as("GET", path)).status).toBe(200);
  expect((await bodies.as("GET", path)).status).toBe(200);
});

test("what a read-only key may list has no host, no address and no output in it", async () => {
  const pings = await read<{ items: object[] }>(await reader.as("GET", `${ofCheck}/pings`));
  expect(pings.items).toMatchObject(Array(2).fill({ remoteAddress: null, userAgent: "" }));
  const runs = await read<{ items: object[] }>(await reader.as("GET", `${ofCheck}/runs`));
  expect(runs.items).toMatchObject([{ host: null }]);
  const incidents = await read<{ items: { id: string }[] }>(
    await reader.as("GET", `${owner.path}/incidents`),
  );
  expect(incidents.items).toMatchObject([{ host: null, address: null, acknowledgedBy: null }]);
  const incident = `${owner.path}/incidents/${incidents.items[0]?.id}`;
  expect(await read(await reader.as("GET", incident))).toMatchObject({ output: null, host: null });
  expect((await reader.as("GET", `${incident}/timeline`)).status).toBe(403);
  expect((await bodies.as("PATCH", ofCheck, { name: "x" })).status).toBe(403);
  expect(await read(await bodies.as("GET", ofCheck))).toMatchObject({ pingUrl: null });
  expect(await read(await bodies.as("GET", incident))).toMatchObject({
    output: expect.stringContaining("db-7"),
  });
  expect(await read(await writer.as("GET", incident))).toMatchObject({
    output: expect.stringContaining("db-7"),
  });
});
