import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { testApi } from "../../test/test-api.ts";

type Pings = { pings: Record<string, unknown>[] };
type Flips = { flips: { timestamp: string; up: number }[] };

const RUN = "00000000-0000-4000-8000-000000000001";
const api = await testApi();
let healthchecks: HealthchecksClient;
let uuid = "";
beforeEach(async () => {
  healthchecks = await healthchecksClient(api);
  ({ uuid } = await healthchecks.create({ timeout: 3600 }));
});

test("a run has a duration where its end was heard, to two places", async () => {
  await healthchecks.ping(`${uuid}/start?rid=${RUN}`);
  await healthchecks.ping(`${uuid}/log?rid=${RUN}`);
  await healthchecks.ping(uuid);
  await healthchecks.ping(`${uuid}/fail?rid=${RUN}`);
  const { pings } = await healthchecks.get<Pings>(`checks/${uuid}/pings/`);
  expect(pings.map(({ type }) => type)).toEqual(["fail", "success", "log", "start"]);
  expect(pings.map((ping) => "duration" in ping)).toEqual([true, false, false, false]);
  expect(String(pings[0]?.["duration"])).toMatch(/^\d+(\.\d{1,2})?$/);
  expect(pings[0]?.["rid"]).toBe(RUN);
});

test("the last duration is there once a run ended, even one of no time", async () => {
  expect(await healthchecks.get(`checks/${uuid}`)).not.toHaveProperty("last_duration");
  await healthchecks.ping(`${uuid}/start`);
  await healthchecks.ping(uuid);
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ last_duration: 0, started: false });
  // With a body, or it would be the same end sent again.
  await healthchecks.ping(uuid, "another run");
  expect(await healthchecks.get(`checks/${uuid}`)).not.toHaveProperty("last_duration");
});

test("a body is answered as it came; none, and an unknown number, are nowhere", async () => {
  await healthchecks.ping(uuid, "what happened");
  await healthchecks.ping(uuid);
  const { pings } = await healthchecks.get<Pings>(`checks/${uuid}/pings/`, { version: "v2" });
  const url = `http://overdue.test/api/v2/checks/${uuid}/pings/1/body`;
  expect(pings.map((ping) => ping["body_url"])).toEqual([null, url]);
  const body = await healthchecks.call("GET", `checks/${uuid}/pings/1/body`);
  expect([await body.text(), body.headers.get("content-type")]).toEqual(["what happened", "text/plain"]);
  expect((await healthchecks.call("GET", `checks/${uuid}/pings/2/body`)).status).toBe(404);
  expect((await healthchecks.call("GET", `checks/${uuid}/pings/3/body`)).status).toBe(404);
});

test("flips come newest first, within what was asked for", async () => {
  await healthchecks.ping(uuid);
  await healthchecks.ping(`${uuid}/fail`);
  await api.db.execute(sql`update flips set at = '2026-01-10T12:00:10.9Z' where to_status = 'up'`);
  const { flips } = await healthchecks.get<Flips>(`checks/${uuid}/flips/`);
  expect(flips.map(({ up }) => up)).toEqual([0, 1]);
  expect(flips[1]?.timestamp).toBe("2026-01-10T12:00:10+00:00");
  const within = async (query: string) =>
    (await healthchecks.get<Flips>(`checks/${uuid}/flips/?${query}`)).flips.map(({ up }) => up);
  const at = Date.parse("2026-01-10T12:00:10Z") / 1000;
  expect(await within("seconds=60")).toEqual([0]);
  expect(await within("seconds=0")).toEqual([0, 1]);
  expect(await within(`start=${at}&end=${at + 1}`)).toEqual([1]);
  expect(await within(`start=${at + 1}`)).toEqual([0]);
  expect(await within("end=0")).toEqual([]);
  expect(await within(`seconds=60&start=${at}`)).toEqual([0]);
});

test("next_ping is the start of an open run where that is earlier, and nothing while down", async () => {
  await healthchecks.ping(uuid);
  const up = await healthchecks.get(`checks/${uuid}`);
  await healthchecks.ping(`${uuid}/start`);
  const running = await healthchecks.get(`checks/${uuid}`);
  expect(Date.parse(String(running["next_ping"]))).toBeLessThan(Date.parse(String(up["next_ping"])));
  await healthchecks.ping(`${uuid}/fail`);
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ status: "down", next_ping: null });
});
