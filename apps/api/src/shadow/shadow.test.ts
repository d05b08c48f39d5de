import { openPool, recordVerdicts } from "@overdue/db";
import { aCheck } from "@overdue/testkit";
import { describe, expect, test } from "vitest";

import { person, read, type TestApi, testApi } from "../../test/test-api.ts";

const api = await testApi();
const { pool } = api.deps;
const MINUTE = 60_000;

type Shadow = {
  version: number;
  endedAt: string | null;
  hasApiKey: boolean;
  apiUrl: string | null;
  keysFrom: string;
};
type Comparison = {
  agreement: number | null;
  bothDown: number;
  checksCompared: number;
  checksNotKnownThere: number;
  differences: { kind: string; from: string; until: string | null; checkName: string; evidence: object }[];
};

const HEALTHCHECKS = { product: "healthchecks", apiKey: "a-key-that-reads" };

async function aProject() {
  const ada = await person(api);
  const path = `${ada.path}/shadow`;
  return { ...ada, shadowPath: path, put: (json: object) => ada.as("PUT", path, json) };
}

/** The pings that wait to be forwarded, as they were copied. */
async function copies(projectId: string, deps: TestApi["deps"] = api.deps) {
  const { pings } = deps as unknown as { pings: { copies: { store(): Promise<void> } } };
  await pings.copies.store();
  return await pool.query<{ ping: Record<string, unknown>; body: Buffer | null }>(
    "select ping, body from shadow_pings where project_id = $1 order by id",
    [projectId],
  );
}

async function look() {
  const { pings } = api.deps as unknown as { pings: { copies: { look(): Promise<void> } } };
  await pings.copies.look();
}

describe("shadow mode", () => {
  test("starts with the usual addresses of the product, and never shows its keys", async () => {
    const { put, as, shadowPath } = await aProject();
    expect((await as("GET", shadowPath)).status).toBe(404);
    const answer = await put(HEALTHCHECKS);
    expect(await answer.clone().text()).not.toContain("a-key-that-reads");
    expect(await read(answer)).toMatchObject({
      product: "healthchecks",
      pingUrl: "https://hc-ping.com",
      apiUrl: "https://healthchecks.io",
      keysFrom: "uuid",
      hasApiKey: true,
      hasPingKey: false,
      endedAt: null,
      version: 1,
    });
  });

  test("ends when the project switches over, and goes on when that is undone", async () => {
    const { put, as, shadowPath } = await aProject();
    await put(HEALTHCHECKS);
    expect((await as("POST", `${shadowPath}/resume`)).status).toBe(404);
    const ended = await read<Shadow>(await as("POST", `${shadowPath}/switch-over`));
    expect(ended.endedAt).not.toBeNull();
    expect((await as("POST", `${shadowPath}/switch-over`)).status).toBe(404);
    expect(await read(await as("POST", `${shadowPath}/resume`))).toMatchObject({
      endedAt: null,
      hasApiKey: true,
    });
  });

  test("keeps a key that is not sent again, but never for another host or product", async () => {
    const { put } = await aProject();
    await put(HEALTHCHECKS);
    expect(await read(await put({ product: "healthchecks" }))).toMatchObject({ hasApiKey: true });
    const elsewhere = { product: "healthchecks", apiUrl: "https://evil.example.org" };
    expect(await read(await put(elsewhere))).toMatchObject({ hasApiKey: false, apiUrl: null });
  });

  test.each([
    ["product", { product: "pager" }, "Choose one of"],
    ["pingUrl", { product: "uptime-kuma" }, "Give the address of Uptime Kuma"],
    ["pingUrl", { product: "healthchecks", pingUrl: "http://overdue.test/ping" }, "Overdue itself"],
    ["pingUrl", { product: "healthchecks", pingUrl: "http://10.0.0.1/ping" }, "private"],
    ["pingUrl", { product: "healthchecks", pingUrl: "https://k@hc.example.org" }, "field of its own"],
    ["pingUrl", { product: "other", pingUrl: "https://{slug}.example.org" }, "behind the host"],
    ["pingUrl", { product: "other", pingUrl: "https://x.example.org/{name}" }, "{name} is no placeholder"],
    ["pingUrl", { product: "other", pingUrl: "https://x.example.org/" }, "Name the check by"],
    ["pingKey", { product: "cronitor" }, "Give the key"],
    ["pingKey", { product: "healthchecks", keysFrom: "slug" }, "Give the key"],
    ["keysFrom", { product: "better-stack", keysFrom: "uuid" }, "use alias"],
  ])("refuses %s of %j with the way out", async (field, input, words) => {
    const { put } = await aProject();
    const answer = await put(input);
    expect(answer.status).toBe(400);
    const { errors } = await read<{ errors: { field: string; message: string }[] }>(answer);
    expect(errors).toEqual([{ field, message: expect.stringContaining(words) }]);
  });

  test("is changed by owners alone, and by nobody who saw an older version", async () => {
    const { put, as, shadowPath } = await aProject();
    await put(HEALTHCHECKS);
    const answer = await api.call("PUT", shadowPath, { json: HEALTHCHECKS });
    expect(answer.status).toBe(401);
    expect((await as("PUT", shadowPath, HEALTHCHECKS, { "if-match": '"7"' })).status).toBe(412);
  });

  test("stands in the audit log, without the keys", async () => {
    const { put, as, path } = await aProject();
    await put(HEALTHCHECKS);
    const { items } = await read<{ items: object[] }>(await as("GET", `${path}/audit`));
    expect(JSON.stringify(items)).toContain("project.shadow");
    expect(JSON.stringify(items)).not.toContain("a-key-that-reads");
  });
});

describe("a ping of a project in shadow mode", () => {
  test("is copied for the other product, whichever form it came in, and others are not", async () => {
    const { put, projectId } = await aProject();
    const check = await aCheck(pool, { projectId });
    await api.call("GET", `/ping/${check.pingUuid}`);
    await put(HEALTHCHECKS);
    await look();
    await api.app.request(`/ping/${check.pingUuid}/3?rid=${check.pingUuid}`, {
      method: "POST",
      body: "disk full",
      headers: { "user-agent": "curl/8" },
    });
    await api.call("GET", `/api/push/${check.pingUuid}?status=down&msg=boom`);
    await api.call("GET", `/ping/${check.pingUuid}`, {
      headers: { "user-agent": "TelegramBot (like TwitterBot)" },
    });
    const copied = await copies(projectId);
    expect(copied.map(({ ping, body }) => ({ ...ping, body: body?.toString() }))).toMatchObject([
      {
        cameAs: "healthchecks",
        kind: "success",
        exitStatus: 3,
        runId: check.pingUuid,
        method: "POST",
        userAgent: "curl/8",
        body: "disk full",
      },
      { cameAs: "uptime-kuma", kind: "fail", query: "status=down&msg=boom", method: "GET", body: "boom" },
    ]);
  });

  test("is answered while the copies cannot be stored", async () => {
    const { put, projectId } = await aProject();
    const check = await aCheck(pool, { projectId });
    await put(HEALTHCHECKS);
    await look();
    const locking = openPool({ url: api.database.url, max: 1, name: "lock" });
    await locking.transaction(async (client) => {
      await client.query("lock table shadow_pings, shadows in access exclusive mode");
      for (let sent = 0; sent < 5; sent += 1)
        expect((await api.call("GET", `/ping/${check.pingUuid}`)).status).toBe(200);
    });
    await locking.end();
    expect(await copies(projectId)).toHaveLength(5);
  });

  test("that another instance forwarded is not forwarded on, and our own that comes back does not count", async () => {
    const { put, projectId } = await aProject();
    const check = await aCheck(pool, { projectId });
    await put(HEALTHCHECKS);
    await look();
    const from = (host: string) =>
      api.call("GET", `/ping/${check.pingUuid}`, { headers: { "overdue-forwarded": host } });
    expect((await from("other.example.org")).status).toBe(200);
    const back = await from("overdue.test");
    expect([back.status, await back.text()]).toEqual([400, expect.stringContaining("came back")]);
    expect(await copies(projectId)).toEqual([]);
  });
});

describe("the comparison", () => {
  test("lists where one product said down and the other did not, with what is on record here", async () => {
    const { put, as, projectId, shadowPath } = await aProject();
    const now = Date.now();
    const at = (minutes: number) => now - 60 * MINUTE + minutes * MINUTE;
    const check = await aCheck(pool, { projectId, details: { name: "Nightly" }, at: at(0) });
    await aCheck(pool, { projectId });
    await put(HEALTHCHECKS);
    await pool.query("update shadows set started_at = $2 where project_id = $1", [
      projectId,
      new Date(at(0)).toISOString(),
    ]);
    await pool.query("update checks set status = 'up' where id = $1", [check.id]);
    await pool.query(
      "insert into flips (project_id, check_id, deadline_seq, from_status, to_status, at, alerts) values ($1, $2, 1, 'new', 'up', $3, false)",
      [projectId, check.id, new Date(at(0)).toISOString()],
    );
    await pool.query(
      "insert into runs (project_id, check_id, id, heard_at, outcome) values ($1, $2, gen_random_uuid(), $3, 'success')",
      [projectId, check.id, new Date(at(12)).toISOString()],
    );
    for (let minute = 1; minute < 60; minute += 1) {
      const status = minute >= 10 && minute <= 20 ? "down" : "up";
      const verdicts = [{ checkId: check.id, status, graceSeconds: 60 }] as const;
      await recordVerdicts(pool, projectId, { verdicts, at: at(minute), gapMs: 150_000 });
    }
    const found = await read<Comparison>(await as("GET", `${shadowPath}/comparison`));
    expect(found).toMatchObject({
      checksCompared: 1,
      checksNotKnownThere: 1,
      bothDown: 0,
      differences: [
        {
          checkName: "Nightly",
          kind: "down-there",
          from: new Date(at(10)).toISOString(),
          until: new Date(at(20)).toISOString(),
          evidence: { slots: [], runs: [{ heardAt: new Date(at(12)).toISOString(), outcome: "success" }] },
        },
      ],
    });
    expect(found.agreement).toBeCloseTo(48 / 58, 2);
  });

  test("is empty as long as nothing was asked", async () => {
    const { put, as, shadowPath } = await aProject();
    await put(HEALTHCHECKS);
    expect(await read(await as("GET", `${shadowPath}/comparison`))).toMatchObject({
      agreement: null,
      checksCompared: 0,
      differences: [],
    });
  });
});
