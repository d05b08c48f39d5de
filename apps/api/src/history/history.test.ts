import { randomUUID } from "node:crypto";

import { noteProblem, schema } from "@overdue/db";
import { and, eq } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type Page = { items: Record<string, unknown>[]; next: string | null };

async function withCheck() {
  const someone = await person(api);
  const { id, pingUrl } = await read<{ id: string; pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, HOURLY),
  );
  const ping = async (action = "", body?: string | Uint8Array<ArrayBuffer>) =>
    await api.app.request(new URL(pingUrl).pathname + action, {
      method: "POST",
      ...(body !== undefined && { body }),
    });
  return { ...someone, ping, url: `${someone.path}/checks/${id}` };
}

test("pings are listed newest first, page by page, without their bodies", async () => {
  const { as, ping, url } = await withCheck();
  for (const action of ["/start", "", "/fail"]) await ping(action, "some output");
  const first = await read<Page>(await as("GET", `${url}/pings?limit=2`));
  expect(first.items).toMatchObject([
    { number: 3, kind: "fail", bodyBytes: 11, bodyCut: false },
    { number: 2, kind: "success" },
  ]);
  const second = await read<Page>(await as("GET", `${url}/pings?limit=2&cursor=${first.next}`));
  expect(second).toMatchObject({ items: [{ number: 1, kind: "start" }], next: null });
});

test("a mail is listed with its decoded subject, and another ping with none", async () => {
  const { as, ping, url } = await withCheck();
  await ping(
    "",
    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nFrom: cron@example.org\r\n\r\nSubject: of the body",
  );
  await ping("/log", "Subject: of no mail");
  await api.db
    .update(schema.pings)
    .set({ scheme: "email" })
    .where(and(eq(schema.pings.checkId, url.split("/").at(-1) ?? ""), eq(schema.pings.number, 1)));
  const { items } = await read<Page>(await as("GET", `${url}/pings`));
  expect(items).toMatchObject([{ subject: null }, { subject: "Grüße" }]);
});

test("a body comes back as it was sent, as a file and never as a page", async () => {
  const { as, ping, url } = await withCheck();
  await ping("", "<script>alert(1)</script>");
  const response = await as("GET", `${url}/pings/1/body`);
  expect(await response.text()).toBe("<script>alert(1)</script>");
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="ping-1.txt"');
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("a body beyond the limit is kept in part, and that is said", async () => {
  const { as, ping, url } = await withCheck();
  await ping("", `${"x".repeat(223_990)}FATAL: end`);
  const { items } = await read<Page>(await as("GET", `${url}/pings`));
  expect(items).toMatchObject([{ bodyBytes: 224_000, bodyCut: true, bodyBytesLeftOut: 24_000 }]);
  const body = await (await as("GET", `${url}/pings/1/body`)).text();
  expect(body).toMatch(/x\n\[… 24,000 bytes were left out here …\]\nx+FATAL: end$/);
});

test("while the disk has no room, pings are stored without their bodies, which is said, and with them again afterwards", async () => {
  const { as, ping, url } = await withCheck();
  onTestFinished(() => noteProblem(api.db, "bodies", null));
  const newest = async () => (await read<Page>(await as("GET", `${url}/pings?limit=1`))).items[0];
  await noteProblem(api.db, "bodies", "There is no room.");
  await vi.waitFor(
    async () => {
      expect((await ping("/fail", "some output")).status).toBe(200);
      expect(await newest()).toMatchObject({
        kind: "fail",
        note: "no-room-for-body",
        bodyBytes: 11,
        bodyBytesLeftOut: 11,
      });
    },
    { timeout: 20_000, interval: 300 },
  );
  expect((await as("GET", `${url}/pings/${String((await newest())?.["number"])}/body`)).status).toBe(404);
  await noteProblem(api.db, "bodies", null);
  await vi.waitFor(
    async () => {
      await ping("", "some output");
      expect(await newest()).toMatchObject({ kind: "success", note: null, bodyBytesLeftOut: 0 });
    },
    { timeout: 20_000, interval: 300 },
  );
});

test.each(["1", "0", "-1", "x", "99999999999999999999"])("there is no body of ping %s", async (number) => {
  const { as, ping, url } = await withCheck();
  await ping("");
  expect((await as("GET", `${url}/pings/${number}/body`)).status).toBe(404);
});

test("runs, flips and incidents tell what happened", async () => {
  const { as, ping, url } = await withCheck();
  await ping("/start");
  await ping("/3", "it broke");
  const [runs, flips, incidents] = await Promise.all(
    ["runs", "flips", "incidents"].map(async (list) => await read<Page>(await as("GET", `${url}/${list}`))),
  );
  expect(runs?.items).toMatchObject([
    {
      outcome: "fail",
      exitStatus: 3,
      exitMeaning: { title: expect.any(String) },
      durationMs: expect.any(Number),
    },
  ]);
  expect(flips?.items[0]).toMatchObject({ to: "down", reason: "failed", alerts: true });
  expect(incidents?.items).toMatchObject([
    { reason: "failed", resolvedAt: null, evidence: { exitStatus: 3, pingNumber: 2 } },
  ]);
  await ping("");
  const healed = await read<Page>(await as("GET", `${url}/incidents`));
  expect(healed.items).toMatchObject([{ resolvedAt: expect.stringMatching(/Z$/) }]);
});

test("a flip says how many channels were notified of it", async () => {
  const someone = await person(api);
  for (const name of ["one", "two"]) {
    const settings = { url: `https://hooks.example.org/${name}` };
    await someone.as("POST", `${someone.path}/channels`, { kind: "webhook", name, settings });
  }
  const { id, pingUrl } = await read<{ id: string; pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, HOURLY),
  );
  for (const action of ["", "/fail"]) await api.app.request(new URL(pingUrl).pathname + action);
  const flips = await read<Page>(await someone.as("GET", `${someone.path}/checks/${id}/flips`));
  expect(flips.items).toMatchObject([
    { to: "down", channels: 2 },
    { to: "up", channels: 0 },
  ]);
});

test("flips go on where their page ended, and so do slots", async () => {
  const { as, ping, url } = await withCheck();
  for (const action of ["", "/fail", "", "/fail"]) await ping(action);
  for (const list of ["flips", "runs"]) {
    const all = await read<Page>(await as("GET", `${url}/${list}`));
    const found: unknown[] = [];
    let next: string | null = "";
    while (next !== null) {
      const cursor: string = next === "" ? "" : `&cursor=${next}`;
      const page: Page = await read<Page>(await as("GET", `${url}/${list}?limit=1${cursor}`));
      found.push(...page.items);
      next = page.next;
    }
    expect(found).toEqual(all.items);
    expect(found).toHaveLength(4);
  }
  expect((await as("GET", `${url}/slots?limit=1`)).status).toBe(200);
});

test.each(["pings", "runs", "slots", "flips", "incidents", "notices"])(
  "a cursor that is none of ours is refused by %s",
  async (list) => {
    const { as, url } = await withCheck();
    for (const cursor of ["x", "bnVsbA", "WzEsMl0"]) {
      const response = await as("GET", `${url}/${list}?cursor=${cursor}`);
      expect(response.status).toBe(400);
      expect(await read(response)).toMatchObject({ errors: [{ field: "cursor" }] });
    }
  },
);

test("an edited check has a notice of it, and nothing to find in one run", async () => {
  const { as, ping, url } = await withCheck();
  await ping();
  await as("PATCH", url, { schedule: { kind: "interval", everySeconds: 7_200 } });
  expect(await read<Page>(await as("GET", `${url}/notices`))).toMatchObject({
    items: [{ notice: "edited" }],
    next: null,
  });
  expect(await read<Page>(await as("GET", `${url}/findings`))).toEqual({ items: [], next: null });
  expect((await as("POST", `${url}/reset-baseline`)).status).toBe(200);
});

test("runs that disagree with the time zone are found, with the edit that makes them agree", async () => {
  const { as, projectId, path } = await person(api);
  const schedule = { kind: "cron", expression: "0 2 * * *", timezone: "UTC" };
  const { id } = await read<{ id: string }>(await as("POST", `${path}/checks`, { schedule }));
  const days = Array.from({ length: 30 }, (_, day) => new Date(Date.UTC(2026, 5, 1 + day, 0, 0, 30)));
  await api.db.insert(schema.runs).values(
    days.map((at) => ({
      projectId,
      checkId: id,
      id: randomUUID(),
      startedAt: at,
      endedAt: at,
      heardAt: at,
      outcome: "success" as const,
    })),
  );
  const { items } = await read<Page>(await as("GET", `${path}/checks/${id}/findings`));
  expect(items).toMatchObject([{ sentence: expect.any(String), evidence: { seen: expect.any(Number) } }]);
});

test("spans without receivers are listed for everybody who is signed in", async () => {
  const { as } = await person(api);
  const startedAt = new Date(Date.UTC(2026, 0, 1));
  await api.db
    .insert(schema.outages)
    .values({ startedAt, endedAt: new Date(Date.UTC(2026, 0, 2)), cause: "busy" });
  const { items } = await read<Page>(await as("GET", "/v1/outages"));
  expect(items).toContainEqual({
    startedAt: "2026-01-01T00:00:00.000Z",
    endedAt: "2026-01-02T00:00:00.000Z",
    cause: "busy",
    setBackMs: null,
  });
  expect((await api.call("GET", "/v1/outages")).status).toBe(401);
});
