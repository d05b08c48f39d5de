import { describe, expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ pingHosts: ["nosnch.in"] });
const { pool } = api.deps;

const TOKEN = "7tRkQ2mLx9VbN4cZ8wYpH3sJ6dFgA1eK";
const SNITCH = "c2354d53d2";
const OLD_UUID = "5f0c9a3e-7a52-4a3b-9a8e-0d1c2b3a4f5e";
const SENTRY_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

const ada = await person(api);
const { id: checkId } = await read<{ id: string }>(
  await ada.as("POST", `${ada.path}/checks`, {
    name: "Nightly",
    slug: "nightly",
    schedule: { kind: "interval", everySeconds: 300 },
  }),
);
const aliasPath = `${ada.path}/checks/${checkId}/aliases`;

async function kinds(): Promise<string[]> {
  const rows = await pool.query<{ kind: string }>(
    "select kind from pings where check_id = $1 order by number",
    [checkId],
  );
  return rows.map(({ kind }) => kind);
}

async function listRefusals() {
  const { pings } = api.deps as unknown as { pings: { refusals: { store(): Promise<void> } } };
  await pings.refusals.store();
  const { items } = await read<{ items: { reason: string; missingToken: object | null }[] }>(
    await ada.as("GET", `${ada.path}/refused-pings`),
  );
  return items.filter(({ missingToken }) => missingToken !== null);
}

describe("a client of another product whose host name alone was changed", () => {
  test("is listed where the instance has one project, until a check has its token", async () => {
    expect((await api.call("GET", `/api/push/${TOKEN}?status=up&msg=OK`)).status).toBe(404);
    const alias = { product: "uptime-kuma", key: TOKEN };
    expect(await listRefusals()).toMatchObject([{ reason: "unknown-token", missingToken: alias }]);
    expect((await ada.as("PUT", aliasPath, { aliases: [alias] })).status).toBe(200);
    expect(await listRefusals()).toEqual([]);
  });

  test.each([
    ["Uptime Kuma", "GET", `/api/push/${TOKEN}?status=down&msg=boom`, 200, '{"ok":true}', "fail"],
    ["Dead Man's Snitch", "GET", `https://nosnch.in/${SNITCH}?m=done`, 202, "Got it, thanks!", "success"],
    ["Dead Man's Snitch, bare", "POST", `https://nosnch.in/${SNITCH}`, 202, "Got it, thanks!", "success"],
    ["Dead Man's Snitch below /ping", "GET", `/ping/${SNITCH}?s=2`, 202, "Got it, thanks!", "fail"],
    ["Better Stack", "GET", "/api/v1/heartbeat/aB3dE5fG7hJ9kL1m/fail", 200, "OK", "fail"],
    ["Honeybadger", "GET", "/v1/check_in/1MqIo1", 200, "OK", "success"],
    ["Oh Dear", "POST", "/ping/0d210b09/starting", 200, "OK", "start"],
    ["Checkly", "GET", `/heartbeats/ping/${OLD_UUID}`, 200, "OK", "success"],
    ["Healthchecks", "GET", `/ping/${OLD_UUID}/start`, 200, "OK", "start"],
    ["Cronitor by a code", "GET", `/ping/1MqIo1/run`, 200, "OK", "start"],
  ])("%s: %s %s", async (_, method, url, status, text, kind) => {
    const aliases = [
      { product: "uptime-kuma", key: TOKEN },
      { product: "dead-mans-snitch", key: SNITCH },
      { product: "better-stack", key: "aB3dE5fG7hJ9kL1m" },
      { product: "honeybadger", key: "1MqIo1" },
      { product: "oh-dear", key: "0d210b09" },
      { product: "checkly", key: OLD_UUID },
    ];
    expect(await read(await ada.as("PUT", aliasPath, { aliases }))).toEqual({ aliases });
    const { host } = new URL(url, "http://overdue.test");
    const answer = await api.call(method, url, { headers: { host } });
    expect([answer.status, await answer.text()]).toEqual([status, text]);
    expect((await kinds()).at(-1)).toBe(kind);
  });

  test("Sentry: the DSN's public key is a key of the project", async () => {
    const dsn = await ada.as("POST", `${ada.path}/keys`, { name: "Sentry", scope: "ping", key: SENTRY_KEY });
    expect(dsn.status).toBe(201);
    await ada.as("PUT", aliasPath, { aliases: [{ product: "sentry", key: "My Job!" }] });
    const answer = await api.call("GET", `/api/42/cron/my-job/${SENTRY_KEY}/?status=error`);
    expect(answer.status).toBe(202);
    expect((await kinds()).at(-1)).toBe("fail");
  });

  test("a token that is easy to guess, or that stands in another project, is refused at its field", async () => {
    const eve = await person(api);
    const { id } = await read<{ id: string }>(
      await eve.as("POST", `${eve.path}/checks`, {
        name: "x",
        schedule: { kind: "interval", everySeconds: 300 },
      }),
    );
    await ada.as("PUT", aliasPath, { aliases: [{ product: "uptime-kuma", key: TOKEN }] });
    const claim = (key: string) =>
      eve.as("PUT", `${eve.path}/checks/${id}/aliases`, { aliases: [{ product: "uptime-kuma", key }] });
    for (const key of ["backup", TOKEN]) {
      const answer = await claim(key);
      expect(answer.status).toBe(400);
      expect(await read(answer)).toMatchObject({ errors: [{ field: "aliases.0.key" }] });
    }
  });

  test("is in nobody's list once there are two projects", async () => {
    expect((await api.call("GET", "/api/push/9xRkQ2mLx9VbN4cZ8wYpH3sJ6dFgA1eZ")).status).toBe(404);
    expect(await listRefusals()).toEqual([]);
  });
});
