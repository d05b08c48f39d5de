import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 }, slug: "backup" };
type Check = { pingUrl: string; slugPingUrl: string; pingCount: number };

async function onPingHost(pingHost: string) {
  const api = await testApi({ pingHost, pingUrlBase: `http://${pingHost}/` });
  const { as, path } = await person(api);
  const check = await read<Check & { id: string }>(await as("POST", `${path}/checks`, HOURLY));
  const get = async (url: string, host = new URL(url).host) =>
    await api.app.request(url, { headers: { host } });
  const pings = async () => (await read<Check>(await as("GET", `${path}/checks/${check.id}`))).pingCount;
  return { check, get, pings };
}

test("the root of the ping host takes pings, by either address that the check shows", async () => {
  const { check, get, pings } = await onPingHost("ping.overdue.test");
  expect(check.pingUrl).toMatch(/^http:\/\/ping\.overdue\.test\/[0-9a-f-]{36}$/);
  for (const url of [check.pingUrl, `${check.slugPingUrl}/start`, check.pingUrl.replace("ping.", "PING.")])
    expect(await (await get(url)).text()).toBe("OK");
  expect(await pings()).toBe(3);
});

test("the ping host serves nothing else", async () => {
  const { get } = await onPingHost("ping.overdue.test:8443");
  for (const path of ["", "v1/instance", "openapi.json", "health/live", "docs"])
    expect((await get(`http://ping.overdue.test:8443/${path}`)).status).toBe(404);
});

test("on any other host the root is the app, and pings stand under /ping/", async () => {
  const { check, get, pings } = await onPingHost("ping.overdue.test");
  const uuid = new URL(check.pingUrl).pathname;
  expect((await get(`http://overdue.test${uuid}`)).status).toBe(404);
  expect((await get("http://overdue.test/v1/instance")).status).toBe(200);
  expect(await pings()).toBe(0);
  expect((await get(`http://overdue.test/ping${uuid}`)).status).toBe(200);
  expect(await pings()).toBe(1);
});
