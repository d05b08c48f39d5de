import { expect, test } from "vitest";

import { HOURLY } from "../../test/one-of-everything.ts";
import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();

test("a path that was replaced is served as before, and its requests are audited under the new name", async () => {
  const { as, path } = await person(api);
  const { id } = await read<{ id: string }>(await as("POST", `${path}/checks`, HOURLY));
  const answer = await as("POST", `${path}/checks/${id}/normal`);
  expect(answer.status).toBe(200);
  expect(await read(answer)).toMatchObject({ id });
  expect((await as("GET", `${path}/checks/${id}/who-would-hear`)).status).toBe(200);
  const { items } = await read<{ items: { action: string }[] }>(await as("GET", `${path}/audit`));
  expect(items.map(({ action }) => action)).toContain("check.reset-baseline");
});

test("a field that was renamed may be sent under its old name, also inside a configuration file", async () => {
  const { as, path } = await person(api);
  const channel = { kind: "webhook", name: "hook", settings: { url: "https://example.org/hook" } };
  const { id: channelId } = await read<{ id: string }>(await as("POST", `${path}/channels`, channel));
  const only = (name: string) => ({
    changes: false,
    failures: false,
    runs: false,
    notices: false,
    [name]: true,
  });
  const steps = [{ afterMinutes: 0, targets: [{ kind: "channel", channelId }] }];
  const made = await as("POST", `${path}/routes`, { name: "one", steps, hears: only("runs") });
  expect(made.status).toBe(201);
  const { id, ...view } = await read<{ id: string }>(made);
  expect(view).toMatchObject({ notifyOn: only("runs"), hears: only("runs") });
  const edited = await as("PATCH", `${path}/routes/${id}`, { hears: only("failures") });
  expect(await read(edited)).toMatchObject({ notifyOn: only("failures") });
  const ofFile = { name: "two", steps: [{ afterMinutes: 0, targets: [{ channel: "hook" }] }] };
  const file = { version: 1, routes: [{ ...ofFile, hears: only("notices") }] };
  expect((await as("PUT", `${path}/config`, file)).status).toBe(200);
  const { items } = await read<{ items: object[] }>(await as("GET", `${path}/routes`));
  expect(items).toContainEqual(
    expect.objectContaining({ name: "two", notifyOn: only("notices"), hears: only("notices") }),
  );
});

test("a field that was renamed is answered under both names", async () => {
  const { as, path } = await person(api);
  const { id } = await read<{ id: string }>(await as("POST", `${path}/checks`, HOURLY));
  const preview = await read(await as("GET", `${path}/checks/${id}/notification-preview`));
  expect(preview).toMatchObject({ events: [], news: [] });
});

test("the document marks every old name as deprecated and names the new one", async () => {
  const document = await read<{
    paths: Record<string, Record<string, { deprecated?: boolean; description?: string }>>;
    components: { schemas: Record<string, { properties: Record<string, { deprecated?: boolean }> }> };
  }>(await api.call("GET", "/openapi.json"));
  const ofCheck = "/v1/projects/{projectId}/checks/{checkId}";
  expect(document.paths[`${ofCheck}/normal`]?.["post"]).toMatchObject({
    deprecated: true,
    description: expect.stringContaining(`${ofCheck}/reset-baseline`),
  });
  expect(document.paths[`${ofCheck}/reset-baseline`]?.["post"]).not.toHaveProperty("deprecated");
  const { properties } = document.components.schemas["NotificationPreview"] ?? {};
  expect(properties).toMatchObject({ news: { deprecated: true } });
  expect(properties?.["events"]).not.toHaveProperty("deprecated");
});
