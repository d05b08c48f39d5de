import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Project = { id: string; name: string; pingKey: string };

test("a person makes, renames and deletes projects", async () => {
  const { as } = await person(api);
  const made = await as("POST", "/v1/projects", { name: "  backups " });
  expect(made.status).toBe(201);
  const { id } = await read<Project>(made);
  expect(await read(await as("PATCH", `/v1/projects/${id}`, { name: "backups 2" }))).toMatchObject({
    name: "backups 2",
  });
  expect((await as("DELETE", `/v1/projects/${id}`)).status).toBe(204);
  expect(await read(await as("GET", "/v1/projects"))).toMatchObject({
    items: [{ name: "My project" }],
    next: null,
  });
});

test.each(["", " ", "x".repeat(101)])("a project cannot be called %j", async (name) => {
  const { as } = await person(api);
  const response = await as("POST", "/v1/projects", { name });
  expect(await read(response)).toMatchObject({ status: 400, errors: [{ field: "name" }] });
});

test("a key sees its own project and makes none", async () => {
  const { projectId } = await person(api);
  const key = await keyHolder(api, projectId, "write");
  expect(await read(await key.as("GET", "/v1/projects"))).toMatchObject({
    items: [{ id: projectId, role: null }],
  });
  expect((await key.as("POST", "/v1/projects", { name: "x" })).status).toBe(403);
});

test("a renewed ping key ends the one before", async () => {
  const { as, path } = await person(api);
  const hourly = { schedule: { kind: "interval", everySeconds: 3_600 }, slug: "job" };
  const { slugPingUrl } = await read<{ slugPingUrl: string }>(await as("POST", `${path}/checks`, hourly));
  const old = new URL(slugPingUrl).pathname;
  expect((await api.app.request(old)).status).toBe(200);
  const { pingKey } = await read<Project>(await as("POST", `${path}/ping-key`));
  expect((await api.app.request(old)).status).toBe(404);
  expect((await api.app.request(`/ping/${pingKey}/job`)).status).toBe(200);
});

test("a deleted project's checks cannot be pinged, and its keys are dead, until it is restored", async () => {
  const { as, path, projectId } = await person(api);
  const hourly = { schedule: { kind: "interval", everySeconds: 3_600 } };
  const { pingUrl } = await read<{ pingUrl: string }>(await as("POST", `${path}/checks`, hourly));
  const key = await keyHolder(api, projectId, "read");
  await as("DELETE", path);
  expect((await api.app.request(new URL(pingUrl).pathname)).status).toBe(404);
  expect((await key.as("GET", path)).status).toBe(401);
  await as("POST", `${path}/restore`);
  expect((await api.app.request(new URL(pingUrl).pathname)).status).toBe(200);
  expect((await key.as("GET", path)).status).toBe(200);
});
