import { publicPage } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import * as db from "../index.ts";

const database = await testDatabase();
const { pool } = database;
const on = openDb(pool);
afterAll(database.drop);

const NOW = Date.now();
const DAY = 86_400_000;
const BY = { by: "Anna", at: NOW } as const;
const LOOKING = { state: "investigating", text: "We are looking.", ...BY } as const;

let pages = 0;
/** A page of a project of its own, with one check under a public name. */
async function aPage(fields: Partial<db.StatusPageFields> = {}) {
  pages += 1;
  const { projectId } = await aProject(pool);
  const check = await aCheck(pool, { projectId, details: { name: "internal name" }, at: NOW - 2 * DAY });
  const entries = [{ checkId: check.id, group: "Backups", name: "Database" }];
  const page = await db.createStatusPage(on, projectId, {
    name: "Jobs",
    slug: `jobs-${pages}`,
    entries,
    ...fields,
  });
  return { projectId, pageId: page.id, slug: page.slug, check, ref: { projectId, pageId: page.id } };
}

const load = async (slug: string, daysBack = 89) =>
  await db.loadStatusPage(pool, slug, { now: NOW, daysBack });

async function slot({ id, projectId }: SceneCheck, dueAt: number, outcome: string) {
  await pool.query(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at)
     values ($1, $2, to_timestamp($3::float8 / 1000), $4, now())`,
    [projectId, id, dueAt, outcome],
  );
}

async function agree(ref: db.StatusPageRef, email: string): Promise<string> {
  await db.subscribe(on, ref, email);
  const rows = await db.listSubscribers(on, ref, { limit: 100, after: null });
  const id = rows.find((row) => row.email === email.toLowerCase())?.id ?? "";
  await db.confirmSubscription(on, id);
  return id;
}

/** Takes every mail that is due and says to whom it goes and what it says; those of other tests are left. */
async function dueMails(addresses: readonly string[]) {
  const sent: (readonly [string, string | null])[] = [];
  for (let mail = await db.claimStatusMail(on); mail !== null; mail = await db.claimStatusMail(on)) {
    const content = await db.loadStatusMail(on, mail.id);
    if (content !== null && addresses.includes(content.email))
      sent.push([content.email, content.update?.text ?? null]);
    await db.finishStatusMail(on, mail.id);
  }
  return sent;
}

test("a page is read whole by one statement: days by its zone, incidents, posts with their updates", async () => {
  const { slug, check, ref } = await aPage({ timezone: "Asia/Tokyo" });
  await db.recordPings(pool, [anArrival(check, NOW - 60_000, { kind: "fail" })], db.ALONE);
  await slot(check, NOW - DAY, "on-time");
  await slot(check, NOW - DAY - 1_000, "missed");
  await slot(check, NOW - 91 * DAY, "missed");
  const posted = await db.createStatusPost(on, ref, {
    ...LOOKING,
    title: "No backups",
    checkIds: [check.id],
    incidentId: null,
  });
  await db.addStatusUpdate(
    on,
    { ...ref, postId: posted?.id ?? "" },
    { ...BY, state: "identified", text: "The disk is full." },
  );
  const page = await load(slug);
  const tokyo = new Intl.DateTimeFormat("sv", { timeZone: "Asia/Tokyo" });
  expect(page?.days).toHaveLength(90);
  expect(page?.days.at(-1)).toBe(tokyo.format(NOW));
  const [entry] = page?.entries ?? [];
  expect(entry).toMatchObject({ group: "Backups", name: "Database", status: "down" });
  expect(entry?.days.reduce((sum, { onTime, missed }) => sum + onTime * 10 + missed, 0)).toBe(11);
  expect(entry?.days[0]?.day).toBe(tokyo.format(NOW - DAY - 1_000));
  expect(entry?.incidents).toHaveLength(1);
  expect(page?.posts).toMatchObject([
    { title: "No backups", entryIds: [entry?.id], updates: [{ state: "identified" }, LOOKING_SHOWN] },
  ]);
});
const LOOKING_SHOWN = { state: "investigating", text: "We are looking.", at: NOW };

test("nothing private is in what visitors are shown", async () => {
  const { slug, check, projectId } = await aPage();
  await db.editCheck(
    pool,
    { projectId, checkId: check.id },
    {
      details: { tags: "secret-tag", description: "secret description", slug: "secret-slug" },
      settings: {},
      channelIds: null,
      version: null,
      at: NOW,
    },
  );
  const body = Buffer.from("secret output");
  await db.recordPings(pool, [anArrival(check, NOW - 60_000, { kind: "fail", body })], db.ALONE);
  const page = await load(slug);
  if (page === null) throw new Error("The page is there.");
  const shown = JSON.stringify(publicPage(page, { now: NOW, days: page.days }));
  expect(shown).toContain("Database is down");
  for (const secret of [check.id, check.pingUuid, "internal name", "secret", projectId])
    expect(shown).not.toContain(secret);
});

test("a check that was deleted leaves the page, and comes back with the same public id", async () => {
  const { slug, check, projectId } = await aPage();
  const before = (await load(slug))?.entries[0]?.id;
  await db.deleteCheck(on, { projectId, checkId: check.id });
  expect((await load(slug))?.entries).toEqual([]);
  await db.restoreCheck(pool, { projectId, checkId: check.id }, NOW);
  expect((await load(slug))?.entries.map(({ id }) => id)).toEqual([before]);
});

test("an edit writes only what is sent, and an entry keeps its id while it is renamed and moved", async () => {
  const { ref, check, projectId } = await aPage();
  const other = await aCheck(pool, { projectId, at: NOW });
  const before = await db.findStatusPage(on, ref);
  const entries = [
    { checkId: other.id, group: "", name: "Shop" },
    { checkId: check.id, group: "Data", name: "Main database" },
  ];
  const after = await db.editStatusPage(on, ref, { fields: { entries }, version: null });
  expect(after?.entries.map(({ name }) => name)).toEqual(["Shop", "Main database"]);
  expect(after?.entries[1]?.id).toBe(before?.entries[0]?.id);
  expect(after).toMatchObject({ name: before?.name, slug: before?.slug, version: 2 });
});

test("another project's check is not taken", async () => {
  const { ref } = await aPage();
  const stranger = await aCheck(pool, { at: NOW });
  const fields = { entries: [{ checkId: stranger.id, group: "", name: "x" }] };
  await expect(db.editStatusPage(on, ref, { fields, version: null })).rejects.toThrow(db.UnknownCheck);
});

test("an address and a host are there once in the instance; those of a deleted page are free again", async () => {
  const first = await aPage({ host: "status.example.org" });
  await expect(aPage({ slug: first.slug })).rejects.toMatchObject({ field: "slug" });
  await expect(aPage({ host: "status.example.org" })).rejects.toMatchObject({ field: "host" });
  await db.deleteStatusPage(on, first.ref);
  await aPage({ slug: first.slug });
  await expect(db.restoreStatusPage(on, first.ref)).rejects.toMatchObject({ field: "slug" });
});

test("the host of a deleted page is still known, and shows nothing", async () => {
  const { ref, slug } = await aPage({ host: "gone.example.org" });
  const findHost = async () => (await db.listPageHosts(on)).find(({ host }) => host === "gone.example.org");
  expect(await findHost()).toEqual({ host: "gone.example.org", slug });
  await db.deleteStatusPage(on, ref);
  expect(await findHost()).toEqual({ host: "gone.example.org", slug: null });
});

test("every reader who agreed gets an update once, in the transaction that writes it", async () => {
  const { ref, slug } = await aPage();
  const [agreed, silent] = [`agreed-${slug}@example.org`, `silent-${slug}@example.org`];
  await agree(ref, agreed.toUpperCase());
  await db.subscribe(on, ref, silent);
  expect(await dueMails([agreed, silent])).toEqual([[silent, null]]);
  const post = await db.createStatusPost(on, ref, {
    ...LOOKING,
    title: "Slow",
    checkIds: [],
    incidentId: null,
  });
  expect(await dueMails([agreed, silent])).toEqual([[agreed, "We are looking."]]);
  await db.deleteStatusPost(on, { ...ref, postId: post?.id ?? "" });
  await db.restoreStatusPost(on, { ...ref, postId: post?.id ?? "" });
  expect(await dueMails([agreed, silent])).toEqual([]);
});

test("an update of a post that was deleted meanwhile is not sent", async () => {
  const { ref, slug } = await aPage();
  const email = `reader-${slug}@example.org`;
  await agree(ref, email);
  await dueMails([]);
  const post = { ...LOOKING, title: "Slow", checkIds: [], incidentId: null };
  const posted = await db.createStatusPost(on, ref, post);
  await db.deleteStatusPost(on, { ...ref, postId: posted?.id ?? "" });
  expect(await dueMails([email])).toEqual([]);
});

test("an update that was deleted meanwhile is not sent, and one that was edited says what it says now", async () => {
  const { ref, slug } = await aPage();
  const email = `edited-${slug}@example.org`;
  await agree(ref, email);
  await dueMails([]);
  const post = { ...LOOKING, title: "Slow", checkIds: [], incidentId: null };
  const posted = await db.createStatusPost(on, ref, post);
  const first = { ...ref, postId: posted?.id ?? "", updateId: posted?.updates[0]?.id ?? "" };
  const both = await db.addStatusUpdate(on, first, { ...LOOKING, text: "Wrong.", at: LOOKING.at + 1 });
  await db.editStatusUpdate(on, first, { ...LOOKING, text: "Corrected." });
  await db.deleteStatusUpdate(on, { ...first, updateId: both?.updates[0]?.id ?? "" });
  expect(await dueMails([email])).toEqual([[email, "Corrected."]]);
});

test("an address without a mailbox gets nothing more, says why, and may be asked again", async () => {
  const { ref, slug } = await aPage();
  const email = `nobody-${slug}@example.org`;
  const subscriberId = await agree(ref, email);
  const post = { ...LOOKING, title: "Slow", checkIds: [], incidentId: null };
  await db.createStatusPost(on, ref, post);
  const [mail] = await pool.query<{ id: string }>(
    "select id from status_mails where subscriber_id = $1 and update_id is not null",
    [subscriberId],
  );
  await db.stopRefusedSubscriber(on, mail?.id ?? "", "550 5.1.1 no such user");
  await db.createStatusPost(on, ref, post);
  expect(await dueMails([email])).toEqual([]);
  const [row] = await db.listSubscribers(on, ref, { limit: 1, after: null });
  expect(row).toMatchObject({ confirmedAt: null, refusedBecause: "550 5.1.1 no such user" });
  expect((await db.findStatusPage(on, ref))?.subscribers).toBe(0);
  await pool.query("update status_subscribers set asked_at = now() - interval '73 hours' where id = $1", [
    subscriberId,
  ]);
  await db.pruneStatusPages(on, 100);
  await db.subscribe(on, ref, email);
  expect(await dueMails([email])).toEqual([[email, null]]);
  await db.confirmSubscription(on, subscriberId);
  const [back] = await db.listSubscribers(on, ref, { limit: 1, after: null });
  expect(back).toMatchObject({ refusedAt: null, refusedBecause: null });
});

test("an address is asked once within an hour, and again after it", async () => {
  const { ref, slug } = await aPage();
  const email = `asked-${slug}@example.org`;
  await Promise.all([db.subscribe(on, ref, email), db.subscribe(on, ref, email)]);
  expect(await dueMails([email])).toEqual([[email, null]]);
  await db.subscribe(on, ref, email);
  expect(await dueMails([email])).toEqual([]);
  await pool.query(
    "update status_subscribers set asked_at = now() - interval '61 minutes' where email = $1",
    [email],
  );
  await db.subscribe(on, ref, email);
  expect(await dueMails([email])).toEqual([[email, null]]);
});

test("a link of a mail does what it was signed for and nothing else", async () => {
  const { ref, slug } = await aPage();
  const subscriberId = await agree(ref, `links-${slug}@example.org`);
  const of = { base: "https://overdue.example/status", subscriberId };
  const query = new URL(db.endSubscriptionLink(sceneKeyring, of)).searchParams;
  const findSubscription = (purpose: "confirm" | "unsubscribe") =>
    db.findLinkedSubscription(on, sceneKeyring, { purpose, query });
  expect(await findSubscription("confirm")).toBe(null);
  expect(await findSubscription("unsubscribe")).toMatchObject({ id: subscriberId, isConfirmed: true, slug });
  await db.endSubscription(on, subscriberId);
  expect(await findSubscription("unsubscribe")).toBe(null);
});

test("addresses whose readers did not agree within three days are forgotten", async () => {
  const { ref } = await aPage();
  await agree(ref, "stays@example.org");
  await db.subscribe(on, ref, "goes@example.org");
  await pool.query(
    "update status_subscribers set asked_at = now() - interval '73 hours' where page_id = $1",
    [ref.pageId],
  );
  await db.pruneStatusPages(on, 100);
  const left = await db.listSubscribers(on, ref, { limit: 10, after: null });
  expect(left.map(({ email }) => email)).toEqual(["stays@example.org"]);
});
