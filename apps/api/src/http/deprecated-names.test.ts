import { randomUUID } from "node:crypto";

import { schema, setOperator } from "@overdue/db";
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

test("a setting of a check is taken and answered under its old name, by the API and by a configuration file", async () => {
  const { as, path } = await person(api);
  const made = await as("POST", `${path}/checks`, { ...HOURLY, slug: "one", unusualRuns: "alert" });
  expect(made.status).toBe(201);
  const { id, ...view } = await read<{ id: string }>(made);
  expect(view).toMatchObject({ outlierRuns: "alert", unusualRuns: "alert" });
  const edited = await as("PATCH", `${path}/checks/${id}`, { unusualRuns: "allow" });
  expect(await read(edited)).toMatchObject({ outlierRuns: "allow", unusualRuns: "allow" });
  const file = { version: 1, checks: [{ ...HOURLY, slug: "two", unusualRuns: "alert" }] };
  expect((await as("PUT", `${path}/config`, file)).status).toBe(200);
  const { items } = await read<{ items: object[] }>(await as("GET", `${path}/checks`));
  expect(items).toContainEqual(
    expect.objectContaining({ slug: "two", outlierRuns: "alert", unusualRuns: "alert" }),
  );
});

test("where both names are sent, the new one counts", async () => {
  const { as, path } = await person(api);
  const made = await as("POST", `${path}/checks`, { ...HOURLY, unusualRuns: "alert", outlierRuns: "allow" });
  expect(await read(made)).toMatchObject({ outlierRuns: "allow" });
});

test("a field that was renamed is answered under both names", async () => {
  const { as, path } = await person(api);
  const { id } = await read<{ id: string }>(await as("POST", `${path}/checks`, HOURLY));
  const preview = await read(await as("GET", `${path}/checks/${id}/notification-preview`));
  expect(preview).toMatchObject({ events: [], news: [] });
  const report = await read<{ excluded: object }>(await as("GET", `${path}/report?every=week`));
  expect(report).toMatchObject({ notJudged: report.excluded });
});

test("deliveries in a timeline, and the state of the instance, have their old names, too", async () => {
  const { as, path, userId } = await person(api);
  const hook = { kind: "webhook", name: "hook", settings: { url: "https://hooks.example.org/x" } };
  await as("POST", `${path}/channels`, hook);
  const { pingUrl } = await read<{ pingUrl: string }>(await as("POST", `${path}/checks`, HOURLY));
  for (const action of ["", "/fail"]) await api.app.request(new URL(pingUrl).pathname + action);
  const incidents = await read<{ items: { id: string }[] }>(await as("GET", `${path}/incidents`));
  const timeline = await read<{ items: object[] }>(
    await as("GET", `${path}/incidents/${incidents.items[0]?.id}/timeline`),
  );
  expect(timeline.items).toContainEqual(expect.objectContaining({ deliveryKind: "down", tells: "down" }));
  const at = new Date();
  await api.db.insert(schema.checkers).values({ id: randomUUID(), startedAt: at, evaluatedAt: at });
  await api.db.insert(schema.receivers).values({ id: randomUUID(), startedAt: at, checkpointAt: at });
  await setOperator(api.db, userId, true);
  const view = await read<OperatorView>(await as("GET", "/v1/operator"));
  expect(view.judging).toEqual(view.evaluation);
  const instant = at.toISOString();
  expect(view.checkers).toContainEqual(expect.objectContaining({ evaluatedAt: instant, judgedAt: instant }));
  expect(view.receivers).toContainEqual(
    expect.objectContaining({ checkpointAt: instant, canaryAt: instant }),
  );
});

type OperatorView = { evaluation: object; judging: object; checkers: object[]; receivers: object[] };

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
