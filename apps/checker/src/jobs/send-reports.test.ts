import { randomUUID } from "node:crypto";

import { addMember, type Db, openDb, queueReports, schema, stopReports } from "@overdue/db";
import {
  aCheck,
  aProject,
  type FakeSmtp,
  sceneKeyring,
  startFakeSmtp,
  testDatabase,
  type TestDatabase,
} from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startTestDelivery } from "../../test/start-test-delivery.ts";
import { stopLinkOf } from "../sender/start-sender.ts";
import { sendReports } from "./maintenance-jobs.ts";

const log = pino({ level: "silent" });
const ownerContact = { keyring: sceneKeyring, mail: true };
const publicUrl = "https://overdue.example.org";
const DAY = 86_400_000;

let database: TestDatabase;
let db: Db;
let smtp: FakeSmtp;
beforeAll(async () => {
  [database, smtp] = await Promise.all([testDatabase(), startFakeSmtp()]);
  db = openDb(database.pool);
});
afterAll(async () => {
  await smtp.close();
  await database.drop();
});

/** A project with a check, and a member whose report is due. */
async function aReader({ role = "owner", checks = 1 }: { role?: "owner" | "member"; checks?: number } = {}) {
  const { projectId } = await aProject(database.pool);
  for (let count = 0; count < checks; count += 1) {
    await aCheck(database.pool, {
      projectId,
      at: Date.now() - 60 * DAY,
      details: { name: "nightly backup" },
    });
  }
  const email = `${randomUUID()}@example.org`;
  const userId = randomUUID();
  await db.insert(schema.users).values({ id: userId, name: "Ada", email, emailVerified: true });
  await addMember(db, { projectId, userId, role });
  return { projectId, userId, email };
}

async function due(
  { projectId, userId }: { projectId: string; userId: string },
  every: "week" | "month" = "week",
) {
  const row = { projectId, userId, every, dueAt: new Date(Date.now() - 1_000) };
  const [made] = await db.insert(schema.reports).values(row).returning();
  return made?.id ?? "";
}

const reportOf = async (projectId: string) =>
  (await db.select().from(schema.reports).where(eq(schema.reports.projectId, projectId)))[0];
const queuedFor = (projectId: string) =>
  db.select().from(schema.deliveries).where(eq(schema.deliveries.projectId, projectId));

test("a report that is due arrives as a mail, and its link ends the reports", async () => {
  const reader = await aReader();
  const reportId = await due(reader);
  await sendReports(db, { ownerContact, log });
  const stop = await deliver();
  const mail = await smtp.waitFor(({ to }) => to.includes(reader.email));
  await stop();
  expect(mail.raw).toMatch(/^Subject: test, .*: nothing to count/m);
  expect(mail.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);
  expect(mail.raw.replaceAll(/=?\r\n\s?/g, "")).toContain(`/reports/stop?id=${reportId}`);
  expect(await queuedFor(reader.projectId)).toMatchObject([{ kind: "report", state: "sent" }]);
});

test("of several checkers exactly one sends it, and not again in its period", async () => {
  const reader = await aReader();
  const id = await due(reader);
  await Promise.all([1, 2, 3, 4].map(() => sendReports(db, { ownerContact, log })));
  expect(await queuedFor(reader.projectId)).toHaveLength(1);
  const after = await reportOf(reader.projectId);
  expect(after?.dueAt?.getTime()).toBeGreaterThan(Date.now());
  await db
    .update(schema.reports)
    .set({ dueAt: new Date(0) })
    .where(eq(schema.reports.id, id));
  await sendReports(db, { ownerContact, log });
  expect(await queuedFor(reader.projectId)).toHaveLength(1);
});

test("after a long silence only the newest period is reported", async () => {
  const reader = await aReader();
  const id = await due(reader);
  await db
    .update(schema.reports)
    .set({ dueAt: new Date(Date.now() - 40 * DAY) })
    .where(eq(schema.reports.id, id));
  await sendReports(db, { ownerContact, log });
  const [only, ...more] = await queuedFor(reader.projectId);
  expect(more).toEqual([]);
  const until = (only?.payload?.["period"] as { until: number } | undefined)?.until ?? 0;
  expect(Date.now() - until).toBeLessThan(7 * DAY);
});

test("an owner who chose nothing is put down for the first of the month; an editor is not", async () => {
  const [owner, editor] = [await aReader(), await aReader({ role: "member" })];
  await sendReports(db, { ownerContact, log });
  expect(await reportOf(owner.projectId)).toMatchObject({ every: "month" });
  expect((await reportOf(owner.projectId))?.dueAt?.getUTCDate()).toBe(1);
  expect(await reportOf(editor.projectId)).toBeUndefined();
});

test.each<[string, Parameters<typeof aReader>[0], boolean]>([
  ["without a mail server", {}, false],
  ["of a project without checks", { checks: 0 }, true],
])("%s none is queued, and none piles up", async (_, of, mail) => {
  const reader = await aReader(of);
  await due(reader);
  await sendReports(db, { ownerContact: { ...ownerContact, mail }, log });
  expect(await queuedFor(reader.projectId)).toEqual([]);
  const after = await reportOf(reader.projectId);
  expect(after).toMatchObject({ lastPeriod: null });
  expect(after?.dueAt?.getTime()).toBeGreaterThan(Date.now());
});

test("who ended them gets none", async () => {
  const reader = await aReader();
  await stopReports(db, await due(reader));
  await sendReports(db, { ownerContact, log });
  expect(await queuedFor(reader.projectId)).toEqual([]);
  expect(await reportOf(reader.projectId)).toMatchObject({ every: "none", dueAt: null });
});

test("one that cannot be made comes again later, and holds up no other", async () => {
  const [broken, fine] = [await aReader(), await aReader()];
  const id = await due(broken);
  await due(fine);
  await db.update(schema.reports).set({ timezone: "Mars/Base" }).where(eq(schema.reports.id, id));
  await sendReports(db, { ownerContact, log });
  expect(await queuedFor(broken.projectId)).toEqual([]);
  expect((await reportOf(broken.projectId))?.dueAt?.getTime()).toBeGreaterThan(Date.now());
  expect(await queuedFor(fine.projectId)).toHaveLength(1);
});

describe("the note on clock changes", () => {
  const MONDAY = Date.parse("2027-03-22T09:00:00Z");
  // Reports of the tests above that cannot be made fall due again, too.
  const queueAt = (now: number) => queueReports(db, { ownerContact, now, onError: () => undefined });

  /** A member who wishes it, of a project with a check at 02:30 in Berlin under Kubernetes. */
  async function aListener(more: Partial<typeof schema.reports.$inferInsert> = {}) {
    const reader = await aReader({ checks: 0 });
    const schedule = {
      kind: "cron",
      expression: "30 2 * * *",
      scheduler: "kubernetes",
      timezone: "Europe/Berlin",
    } as const;
    await aCheck(database.pool, { ...reader, settings: { schedule }, details: { name: "nightly backup" } });
    const { projectId, userId } = reader;
    const row = { projectId, userId, every: "none", clockNoteDueAt: new Date(MONDAY), ...more } as const;
    await db.insert(schema.reports).values(row);
    return reader;
  }

  test("arrives as a mail in the two weeks before, with what is expected of each check", async () => {
    const reader = await aListener();
    await queueAt(MONDAY);
    const stop = await deliver();
    const { raw } = await smtp.waitFor(({ to }) => to.includes(reader.email));
    await stop();
    const text = raw.replaceAll(/=\r\n/g, "");
    expect(raw).toMatch(/^Subject: test: clocks change on Sun 2027-03-28, 1 check runs differently/m);
    expect(text).toContain("Sun 2027-03-28: clocks go forward from 02:00 to 03:00 (Europe/Berlin)");
    expect(text).toMatch(/- nightly backup: 02:30 does not run/);
    expect(await reportOf(reader.projectId)).toMatchObject({
      clockNoteDueAt: new Date("2027-03-29T09:00:00Z"),
    });
  });

  test("of several checkers exactly one sends it", async () => {
    const { projectId } = await aListener();
    await Promise.all([1, 2, 3].map(() => queueAt(MONDAY)));
    expect(await queuedFor(projectId)).toMatchObject([
      { kind: "report", payload: { clockChanges: [{ total: 1 }] } },
    ]);
  });

  test("is not sent where no clock change is near, and the next week is looked at again", async () => {
    const { projectId } = await aListener();
    await queueAt(Date.parse("2027-04-05T09:00:00Z"));
    expect(await queuedFor(projectId)).toEqual([]);
    expect(await reportOf(projectId)).toMatchObject({ clockNoteDueAt: new Date("2027-04-12T09:00:00Z") });
  });

  test("ends with the reports", async () => {
    const { projectId } = await aListener();
    await stopReports(db, (await reportOf(projectId))?.id ?? "");
    await queueAt(MONDAY);
    expect(await queuedFor(projectId)).toEqual([]);
  });
});

/** @returns how to stop it */
async function deliver(): Promise<() => Promise<void>> {
  const { stop } = await startTestDelivery({
    db,
    databaseUrl: database.url,
    smtpUrl: smtp.url,
    from: "Overdue <alerts@overdue.example.org>",
    stopLink: (message) => stopLinkOf(message, { keyring: sceneKeyring, publicUrl }),
    operator: { publicUrl },
  });
  return stop;
}
