import { createKey, createProject } from "@overdue/db";
import { beforeAll, expect, test } from "vitest";

import { send } from "../../test/healthchecks/send.ts";
import { type Served, serveOverHttp } from "../../test/healthchecks/serve.ts";

let served: Served;
let key = "";
beforeAll(async () => {
  served = await serveOverHttp();
  const { id: projectId } = await createProject(served.db, { name: "Healthchecks", ownerId: null });
  ({ key } = await createKey(served.db, { projectId, name: "test", scope: "write" }));
});

const api = async (method: string, path: string, body: Buffer | null = null) =>
  await send({ method, url: `${served.url}/api/v3/${path}`, headers: { "X-Api-Key": key }, body });

type Printed = { uuid: string; pings: Record<string, unknown>[] };
const json = (body: Buffer) => JSON.parse(body.toString("utf8")) as Printed;

async function sendPing(headers: Record<string, string>, body: Buffer | null = null, method = "POST") {
  const { uuid } = json((await api("POST", "checks/", Buffer.from("{}"))).body);
  const answer = await send({ method, url: `${served.url}/ping/${uuid}`, headers, body });
  const { pings } = json((await api("GET", `checks/${uuid}/pings/`)).body);
  return { uuid, answer, ping: pings[0] };
}

test.each([
  [{}, "127.0.0.1"],
  [{ "X-Forwarded-For": "1.2.3.4" }, "1.2.3.4"],
  [{ "X-Forwarded-For": "1.2.3.4, 5.6.7.8" }, "1.2.3.4"],
  [{ "X-Forwarded-For": "1.2.3.4:5678" }, "1.2.3.4"],
  [{ "X-Forwarded-For": "1.2.3.4:5678, 5.6.7.8" }, "1.2.3.4"],
  [{ "X-Forwarded-For": "2001:db8::1" }, "2001:db8::1"],
  [{ "X-Forwarded-For": "::ffff:1.1.1.1" }, "::ffff:1.1.1.1"],
  [{ "X-Forwarded-For": "1.2.3.4, 10.0.0.1, 127.0.0.1" }, "1.2.3.4"],
])("with %j a ping comes from %s", async (headers, address) => {
  expect((await sendPing(headers)).ping).toMatchObject({ remote_addr: address });
});

test.each(["unknown", "", "1.2.3.999", "a".repeat(5000)])(
  "a ping is not lost for X-Forwarded-For %j",
  async (forwarded) => {
    const { answer } = await sendPing({ "X-Forwarded-For": forwarded });
    expect([answer.status, answer.body.toString()]).toEqual([200, "OK"]);
  },
);

test.each(["https", "http"])("X-Forwarded-Proto %s is kept", async (scheme) => {
  expect((await sendPing({ "X-Forwarded-Proto": scheme })).ping).toMatchObject({ scheme });
});

test.each(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])(
  "%s is a ping, with its body",
  async (method) => {
    const { ping } = await sendPing(
      { "Content-Type": "application/x-www-form-urlencoded" },
      Buffer.from("a=b"),
      method,
    );
    expect(ping).toMatchObject({
      method,
      type: "success",
      body_url: expect.stringContaining("/pings/1/body"),
    });
  },
);

test.each([10_000, 10_001, 90_000, 3_000_000])(
  "of a body of %i bytes the first 10000 are kept",
  async (bytes) => {
    const { uuid, answer } = await sendPing({}, Buffer.alloc(bytes, "x"));
    expect([answer.status, answer.body.toString()]).toEqual([200, "OK"]);
    expect((await api("GET", `checks/${uuid}/pings/1/body`)).body).toHaveLength(10_000);
  },
);

test("HEAD has the headers and no body", async () => {
  const { answer } = await sendPing({}, null, "HEAD");
  expect([answer.status, answer.body.length]).toEqual([200, 0]);
});
