import { gunzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { person, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };

async function aLongList() {
  const someone = await person(api);
  for (const name of ["one", "two", "three"])
    await someone.as("POST", `${someone.path}/checks`, { ...HOURLY, name });
  const list = async (headers: Record<string, string>) =>
    await someone.as("GET", `${someone.path}/checks`, undefined, headers);
  return { ...someone, list };
}

test("a long answer is packed for who accepts gzip, and is the same when unpacked", async () => {
  const { list } = await aLongList();
  const packed = await list({ "accept-encoding": "gzip, deflate" });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(packed.headers.get("vary")).toContain("accept-encoding");
  const plain = await list({});
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(await plain.text());
});

test.each(["", "identity", "gzip;q=0", "br"])("who accepts %j gets it as it is", async (accepted) => {
  const { list } = await aLongList();
  const response = await list({ "accept-encoding": accepted });
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(await response.json()).toHaveProperty("items");
});

test("a short answer is left as it is", async () => {
  const { as } = await aLongList();
  const response = await as("GET", "/v1/me", undefined, { "accept-encoding": "gzip" });
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(response.status).toBe(200);
});

test("an object whose version is its ETag is not packed, so that an edit can send it back", async () => {
  const { as, path } = await aLongList();
  const [check] = ((await (await as("GET", `${path}/checks`)).json()) as { items: { id: string }[] }).items;
  const response = await as("GET", `${path}/checks/${check?.id}`, undefined, { "accept-encoding": "gzip" });
  expect(response.headers.get("etag")).toBe('"1"');
  expect(response.headers.get("content-encoding")).toBeNull();
});

test("the list of a page is not sent twice while nothing in it changed, and is sent again once it has", async () => {
  const { as, path } = await aLongList();
  const list = async (headers: Record<string, string>) =>
    await as("GET", `${path}/check-overviews`, undefined, headers);
  const first = await list({ "accept-encoding": "gzip" });
  expect(first.headers.get("cache-control")).toBe("private, no-cache");
  const known = { "if-none-match": first.headers.get("etag") ?? "" };
  expect((await list(known)).status).toBe(304);
  await as("POST", `${path}/checks`, { ...HOURLY, name: "four" });
  expect((await list(known)).status).toBe(200);
});
