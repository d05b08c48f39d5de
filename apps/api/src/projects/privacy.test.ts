import { schema } from "@overdue/db";
import { desc, eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
const KEPT = { bodies: "all", redactions: [], words: [], shortAddresses: false } as const;

async function withCheck(privacy: object) {
  const ada = await person(api);
  const check = await read<{ id: string; pingUrl: string }>(
    await ada.as("POST", `${ada.path}/checks`, HOURLY),
  );
  expect((await ada.as("PUT", `${ada.path}/privacy`, { ...KEPT, ...privacy })).status).toBe(200);
  return { ...ada, check };
}

async function sendPing(check: { id: string; pingUrl: string }, body: string) {
  const path = new URL(check.pingUrl).pathname;
  expect((await api.app.request(path, { method: "POST", body })).status).toBe(200);
  const [row] = await api.db
    .select()
    .from(schema.pings)
    .where(eq(schema.pings.checkId, check.id))
    .orderBy(desc(schema.pings.number))
    .limit(1);
  return row;
}

/** What is stored of such a body; the receiver reads the rules again a second after the last time. */
const storedOf = async (check: { id: string; pingUrl: string }, body: string) =>
  (await sendPing(check, body))?.body?.toString() ?? null;
const POLLING = { interval: 200, timeout: 5_000 };

test("a project that keeps no bodies stores none, and still counts their bytes", async () => {
  const { check } = await withCheck({ bodies: "none" });
  await expect.poll(() => storedOf(check, "secret output"), POLLING).toBeNull();
  expect(await sendPing(check, "secret output")).toMatchObject({ body: null, bodyBytes: 13 });
});

test("kinds and words are taken out before a body is stored", async () => {
  const { check } = await withCheck({ bodies: "redacted", redactions: ["passwords"], words: ["Acme"] });
  const body = "password=hunter2 for ACME: 3 rows";
  await expect.poll(() => storedOf(check, body), POLLING).toBe("**************** for ****: 3 rows");
});

test("a project that keeps everything is not changed by others", async () => {
  const other = await withCheck({ bodies: "none", shortAddresses: true });
  await expect.poll(() => storedOf(other.check, "x"), POLLING).toBeNull();
  const { check } = await withCheck({});
  expect((await sendPing(check, "password=hunter2"))?.body?.toString()).toBe("password=hunter2");
});

test("what is kept is read by members, its words by owners alone, and changed by owners alone, on record", async () => {
  const { as, path, projectId } = await withCheck({ bodies: "redacted", words: ["Acme"] });
  expect(await read(await as("GET", `${path}/privacy`))).toMatchObject({
    words: ["Acme"],
    kept: { pings: 1_000, pingDays: 90, runDays: 400 },
  });
  const reader = await keyHolder(api, projectId, "read");
  expect(await read(await reader.as("GET", `${path}/privacy`))).toMatchObject({
    bodies: "redacted",
    words: [],
  });
  expect((await reader.as("PUT", `${path}/privacy`, KEPT)).status).toBe(403);
  const { items } = await read<{ items: { action: string; changes: object }[] }>(
    await as("GET", `${path}/audit`),
  );
  expect(items[0]).toMatchObject({
    action: "project.privacy",
    changes: { bodies: { before: "all", after: "redacted" }, words: { before: "•••", after: "•••" } },
  });
});

test.each([
  [{ bodies: "some" }, "bodies"],
  [{ redactions: ["(a+)+$"] }, "redactions.0"],
  [{ words: ["ab"] }, "words.0"],
])("%j is refused", async (wrong, field) => {
  const { as, path } = await person(api);
  const answer = await as("PUT", `${path}/privacy`, { ...KEPT, ...wrong });
  expect(await read(answer)).toMatchObject({ status: 400, errors: [{ field }] });
});
