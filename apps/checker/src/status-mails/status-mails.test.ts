import { readConfig } from "@overdue/config";
import {
  confirmSubscription,
  createStatusPage,
  createStatusPost,
  findLinkedSubscription,
  keyringOf,
  listSubscribers,
  openDb,
  subscribe,
} from "@overdue/db";
import { aCheck, aProject, startFakeSmtp, testDatabase } from "@overdue/testkit";
import pino from "pino";
import { afterAll, expect, test } from "vitest";

import { openStatusMails } from "./status-mails.ts";

const PUBLIC_URL = "https://overdue.example.org";
const SECRET = "k".repeat(32);
const EVIL = "Visit https://evil.example now";

const [database, smtp] = await Promise.all([testDatabase(), startFakeSmtp()]);
const db = openDb(database.pool);
const config = readConfig({
  SMTP_URL: smtp.url,
  PUBLIC_URL,
  SECRET_KEY: SECRET,
  MAIL_FROM: "Overdue <overdue@example.org>",
});
const mails = openStatusMails({ db, config, log: pino({ level: "silent" }) });
afterAll(async () => {
  await mails.stop();
  await Promise.all([smtp.close(), database.drop()]);
});

let pages = 0;
async function aPage(input: { name?: string; host?: string } = {}) {
  pages += 1;
  const { projectId } = await aProject(database.pool);
  const { id: checkId } = await aCheck(database.pool, { projectId });
  const entries = [{ checkId, group: "", name: "Database backup" }];
  const page = await createStatusPage(db, projectId, {
    name: "Jobs",
    slug: `jobs-${pages}`,
    timezone: "Europe/Berlin",
    entries,
    ...input,
  });
  return {
    ref: { projectId, pageId: page.id },
    slug: page.slug,
    checkId,
    email: `reader-${pages}@example.org`,
  };
}

async function mailTo(email: string, subject: string) {
  mails.wake();
  const { mail } = await smtp.waitFor(
    (taken) => taken.to.includes(email) && (taken.mail.subject ?? "").includes(subject),
  );
  return { subject: mail.subject ?? "", text: mail.text ?? "", html: String(mail.html), mail };
}

/** The signed query of the link with this path in a mail. */
const signedQuery = (text: string, path: string) =>
  new URL(new RegExp(`${PUBLIC_URL}/status/${path}\\?\\S+`).exec(text)?.[0] ?? "https://none").searchParams;

test("a new subscriber is asked by a mail that says nothing anybody typed freely", async () => {
  const { ref, slug, email } = await aPage({ name: EVIL, host: "evil.example" });
  await subscribe(db, ref, email);
  const { text, html, subject } = await mailTo(email, "Confirm");
  expect(text).toContain(`${PUBLIC_URL}/status/${slug}`);
  expect([text, html, subject].join(" ")).not.toContain("evil");
  const query = signedQuery(text, "confirm");
  const found = await findLinkedSubscription(db, keyringOf([SECRET]), { purpose: "confirm", query });
  expect(found).toMatchObject({ email, isConfirmed: false });
});

test("an update says what, of which page, since when, and how the mails end", async () => {
  const { ref, slug, checkId, email } = await aPage();
  await subscribe(db, ref, email);
  const [row] = await listSubscribers(db, ref, { limit: 1, after: null });
  await confirmSubscription(db, row?.id ?? "");
  await createStatusPost(db, ref, {
    title: "No backups\ntonight",
    state: "identified",
    text: "The disk is full.\n\nWe make <room>.",
    checkIds: [checkId],
    incidentId: null,
    by: "Anna",
    at: Date.parse("2026-11-20T13:05:00Z"),
  });
  const { subject, text, html, mail } = await mailTo(email, "Identified");
  expect(subject).toBe("[Identified] No backups tonight (Jobs)");
  expect(text).toMatch(/^Identified: No backups tonight\n/);
  expect(text).toContain("The disk is full.\n\nWe make <room>.\n\nAffects: Database backup.");
  expect(text).toContain("20 Nov 2026, 14:05 CET");
  expect(text).toContain(`${PUBLIC_URL}/status/${slug}#`);
  expect(text).not.toContain("Anna");
  expect(html).toContain("We make &lt;room&gt;.");
  const query = signedQuery(text, "unsubscribe");
  const found = await findLinkedSubscription(db, keyringOf([SECRET]), { purpose: "unsubscribe", query });
  expect(found).toMatchObject({ email, isConfirmed: true });
  const headers = mail.headerLines
    .map(({ line }) => line)
    .join("\n")
    .replaceAll(/\r?\n /g, " ");
  expect(headers).toContain(`<${PUBLIC_URL}/status/unsubscribe?`);
  expect(headers).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
});

test("an address whose mailbox does not exist is taken off, and the owner sees the words of its server", async () => {
  const { ref, email } = await aPage();
  await subscribe(db, ref, email);
  await mailTo(email, "Confirm");
  const [row] = await listSubscribers(db, ref, { limit: 1, after: null });
  await confirmSubscription(db, row?.id ?? "");
  smtp.refuseMailbox(email);
  await createStatusPost(db, ref, {
    title: "Slow",
    state: "investigating",
    text: "We are looking.",
    checkIds: [],
    incidentId: null,
    by: "Anna",
    at: Date.now(),
  });
  mails.wake();
  await expect
    .poll(async () => await listSubscribers(db, ref, { limit: 1, after: null }))
    .toMatchObject([{ confirmedAt: null, refusedBecause: expect.stringMatching(/^550/) }]);
});
