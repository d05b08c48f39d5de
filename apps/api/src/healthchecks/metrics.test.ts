import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { read, testApi } from "../../test/test-api.ts";
import { prometheusText } from "./metrics-endpoints.ts";

const api = await testApi({ metricsToken: "let-me-measure" });
let healthchecks: HealthchecksClient;
beforeEach(async () => {
  healthchecks = await healthchecksClient(api);
});

const metrics = async () =>
  await (
    await healthchecks.call("GET", `/projects/${healthchecks.project.id}/metrics/${healthchecks.readKey}`)
  ).text();

test("text is written as Prometheus reads it", () => {
  const labels = { name: 'a "b" \\ c\nd', tags: "" };
  const samples = [{ labels, value: 1 }];
  const families = [
    { name: "one", help: "First.", samples },
    { name: "two", help: "Second.", samples: [{ labels: {}, value: 0.5 }] },
  ];
  expect(prometheusText(families)).toBe(
    '# HELP one First.\n# TYPE one gauge\none{name="a \\"b\\" \\\\ c\\nd", tags=""} 1\n\n' +
      "# HELP two Second.\n# TYPE two gauge\ntwo 0.5\n",
  );
});

test("a check is measured under Healthchecks' names, and under ours where it has none", async () => {
  const { uuid } = await healthchecks.create({ name: "Backup", tags: "prod db" });
  await healthchecks.ping(`${uuid}/start`);
  await healthchecks.ping(`${uuid}/fail`);
  await healthchecks.create({ name: "Other", tags: "web" });
  const text = await metrics();
  const { unique_key: key } = await healthchecks.get(`checks/${uuid}`, { key: healthchecks.readKey });
  const labels = `{name="Backup", tags="prod db", unique_key="${String(key)}"}`;
  for (const line of [
    `hc_check_up${labels} 0`,
    `hc_check_started${labels} 0`,
    `hc_check_grace${labels} 0`,
    `hc_check_paused${labels} 0`,
    `overdue_check_incident_open${labels} 1`,
    'hc_tag_up{tag="db"} 0',
    'hc_tag_up{tag="web"} 1',
    "hc_checks_total 2",
    "hc_checks_down_total 1",
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).toMatch(/overdue_check_last_duration_seconds\{name="Backup".*\} 0(\.\d+)?\n/);
  expect(text).toMatch(/overdue_check_seconds_since_last_ping\{name="Backup".*\} \d+(\.\d+)?\n/);
  expect(text).not.toContain(uuid);
});

test.each([
  ["the read-write key", () => healthchecks.writeKey, 403],
  ["a key that nobody has", () => "W".repeat(32), 403],
  ["a key of another length", () => "abc", 400],
  ["the read-only key", () => healthchecks.readKey, 200],
])("with %s: %#", async (_, key, status) => {
  const paths = [`metrics/${key()}`, `checks/metrics/${key()}`];
  for (const path of paths)
    expect(
      (
        await healthchecks.call("GET", `/projects/${healthchecks.project.id}/${path}`, undefined, {
          key: null,
        })
      ).status,
    ).toBe(status);
});

test("service metrics want their key", async () => {
  const path = "/api/v3/metrics/";
  expect((await api.app.request(path)).status).toBe(403);
  expect((await api.app.request(path, { headers: { "x-metrics-key": "wrong" } })).status).toBe(403);
  const { uuid } = await healthchecks.create();
  await healthchecks.ping(uuid);
  const response = await api.app.request(path, { headers: { "x-metrics-key": "let-me-measure" } });
  const { ts, max_ping_id: pings, num_unprocessed_flips: waiting } = await read(response);
  expect([typeof ts, Number(pings) > 0, waiting]).toEqual(["number", true, 0]);
});

test("the status is asked without a key", async () => {
  const response = await api.app.request("/api/v1/status/");
  expect([response.status, await response.text()]).toEqual([200, "OK"]);
});
