import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 }, slug: "backup" };
type Check = { pingUrl: string; slugPingUrl: string; pingCount: number };

async function onPingHost(...pingHosts: string[]) {
  const api = await testApi({ pingHosts, pingUrlBase: `http://${pingHosts[0]}/` });
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

test("there may be several ping hosts, of which the first is shown", async () => {
  const { check, get, pings } = await onPingHost("ping.overdue.test", "hc-ping.test:8443");
  const uuid = new URL(check.pingUrl).pathname;
  expect(check.pingUrl).toMatch(/^http:\/\/ping\.overdue\.test\//);
  for (const host of [
    "ping.overdue.test",
    "ping.overdue.test:443",
    "PING.overdue.test.",
    "hc-ping.test:8443",
  ])
    expect((await get(`http://x.test${uuid}`, host)).status).toBe(200);
  expect((await get(`http://x.test${uuid}`, "hc-ping.test")).status).toBe(404);
  expect((await get("http://x.test/v1/instance", "hc-ping.test:8443")).status).toBe(404);
  expect(await pings()).toBe(4);
});

test("the path of the other hosts works on a ping host too", async () => {
  const { check, get, pings } = await onPingHost("ping.overdue.test");
  const uuid = new URL(check.pingUrl).pathname;
  for (const path of [`/ping${uuid}`, `//ping/${uuid}/start`, `/${uuid}`])
    expect((await get(`http://ping.overdue.test${path}`)).status).toBe(200);
  expect(await pings()).toBe(3);
});

test("without a Host, as HTTP/1.0 has none, a ping is known by its path and everything else is the app's", async () => {
  const { check, get, pings } = await onPingHost("ping.overdue.test");
  const { pathname } = new URL(check.pingUrl);
  for (const path of [pathname, new URL(check.slugPingUrl).pathname, pathname.toUpperCase()])
    expect((await get(`http://invalid${path}`, "")).status).toBe(200);
  expect((await get("http://invalid/v1/instance", "")).status).toBe(200);
  expect(await pings()).toBe(3);
});
