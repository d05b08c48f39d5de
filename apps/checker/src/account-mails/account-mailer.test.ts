import { readConfig } from "@overdue/config";
import {
  createProject,
  createUser,
  type Db,
  findAccountToken,
  invite,
  openDb,
  queueAccountMail,
  scheduleDeletion,
  startEmailChange,
} from "@overdue/db";
import { type FakeSmtp, startFakeSmtp, type TestDatabase, testDatabase } from "@overdue/testkit";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openAccountMails } from "./account-mailer.ts";

const PUBLIC_URL = "https://overdue.example.org";
const EVIL = "Visit https://evil.example now";

let database: TestDatabase;
let db: Db;
let smtp: FakeSmtp;
let mailer: ReturnType<typeof openAccountMails>;

beforeAll(async () => {
  [database, smtp] = await Promise.all([testDatabase(), startFakeSmtp()]);
  db = openDb(database.pool);
  const config = readConfig({ SMTP_URL: smtp.url, PUBLIC_URL, MAIL_FROM: "Overdue <overdue@example.org>" });
  mailer = openAccountMails({ db, config, log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await mailer.stop();
  await Promise.all([smtp.close(), database.drop()]);
});

let people = 0;
async function newPerson(): Promise<{ email: string; userId: string }> {
  people += 1;
  const email = `person-${people}@example.org`;
  return { email, userId: await createUser(db, { email, passwordHash: "x" }) };
}

async function mailTo(email: string) {
  mailer.wake();
  const { mail } = await smtp.waitFor(({ to }) => to.includes(email));
  return { subject: mail.subject ?? "", text: mail.text ?? "", html: mail.html ?? "", mail };
}

const tokenIn = (text: string) => /[?&]token=([\w-]+)/.exec(text)?.[1] ?? "";

test("a sign-up gets a link in plain text and in HTML, and its token is good for a sign-up of that address", async () => {
  const email = "new@example.org";
  await queueAccountMail(db, { kind: "sign-up", email, name: EVIL });
  const { text, html } = await mailTo(email);
  const token = tokenIn(text);
  expect(text).toContain(`${PUBLIC_URL}/finish-sign-up?token=${token}`);
  expect(html).toContain(token);
  expect(await findAccountToken(db, "sign-up", token)).toMatchObject({ email, userId: null, name: EVIL });
});

test("nothing that a stranger typed stands in a mail to an address that is not proven", async () => {
  const [{ userId }, email] = [await newPerson(), "target@example.org"];
  const { id: projectId } = await createProject(db, { name: EVIL, ownerId: userId });
  const invitationId = await db.transaction((tx) =>
    invite(tx, { to: { projectId }, email, role: "member", invitedBy: userId }),
  );
  await queueAccountMail(db, { kind: "invitation", email, invitationId });
  const { text, html, subject } = await mailTo(email);
  expect(tokenIn(text)).not.toBe("");
  expect(text).toContain("to a project as a member");
  expect(`${subject} ${text} ${html} ${smtp.received.map(({ raw }) => raw).join("")}`).not.toContain("evil");
});

test("a person who has an account learns so by mail, and gets no link that makes one", async () => {
  const { email } = await newPerson();
  await queueAccountMail(db, { kind: "sign-up", email, name: EVIL });
  const { subject, text } = await mailTo(email);
  expect(subject).toBe("You have an Overdue account already");
  expect(tokenIn(text)).toBe("");
  expect(text).not.toContain(EVIL);
});

test("a reset reaches an account, and an address without one gets no mail", async () => {
  const { email, userId } = await newPerson();
  await queueAccountMail(db, { kind: "reset", email: "nobody@example.org" });
  await queueAccountMail(db, { kind: "reset", email: email.toUpperCase() });
  const { text } = await mailTo(email);
  expect(await findAccountToken(db, "reset", tokenIn(text))).toMatchObject({ userId });
  expect(smtp.received.some(({ to }) => to.includes("nobody@example.org"))).toBe(false);
  await expect.poll(async () => (await database.pool.query("select from account_mails")).count).toBe(0);
});

test("a server that puts us off is asked again, and one that refuses the address is not", async () => {
  const { email } = await newPerson();
  smtp.next({ at: "rcpt", code: 451, message: "4.7.1 Greylisted" });
  await queueAccountMail(db, { kind: "reset", email });
  mailer.wake();
  const waits = async () =>
    (
      await database.pool.query(
        "select from account_mails where attempts = 1 and due_at < now() + interval '20 s'",
      )
    ).count;
  await expect.poll(waits).toBe(1);
  await database.pool.query("update account_mails set due_at = now()");
  await mailTo(email);
  smtp.refuseMailbox("gone@example.org");
  await queueAccountMail(db, { kind: "sign-up", email: "gone@example.org" });
  mailer.wake();
  await expect.poll(async () => (await database.pool.query("select from account_mails")).count).toBe(0);
});

async function aChange(newEmail: string) {
  const { email, userId } = await newPerson();
  await db.transaction((tx) => startEmailChange(tx, { userId, newEmail }));
  for (const to of [email, newEmail]) await queueAccountMail(db, { kind: "email-change", email: to, userId });
  return { email, userId };
}

test("a change of the address asks both addresses, and names the new one to the old one alone", async () => {
  const newEmail = "moved@example.org";
  const { email, userId } = await aChange(newEmail);
  for (const to of [email, newEmail]) {
    const { text, html } = await mailTo(to);
    const token = tokenIn(text);
    expect(text).toContain(`${PUBLIC_URL}/email-change?token=${token}`);
    expect(await findAccountToken(db, "email-change", token)).toMatchObject({ email: to, userId });
    expect([to, `${text} ${html}`.includes(email), `${text} ${html}`.includes(newEmail)]).toEqual([
      to,
      false,
      to === email,
    ]);
  }
});

test("a new address that has an account gets a mail about that, and no link that changes anything", async () => {
  const { email: taken } = await newPerson();
  await aChange(taken);
  const { text, subject } = await mailTo(taken);
  expect(subject).toBe("You have an Overdue account already");
  expect(tokenIn(text)).toBe("");
});

test("a deletion that is scheduled says until when, and its link keeps the account; one that was taken back sends nothing", async () => {
  const { email, userId } = await newPerson();
  const queue = () => queueAccountMail(db, { kind: "account-deletion", email, name: "scheduled", userId });
  await queue();
  mailer.wake();
  await expect.poll(async () => (await database.pool.query("select from account_mails")).count).toBe(0);
  expect(smtp.received.some(({ to }) => to.includes(email))).toBe(false);
  const deletion = { userId, organizationIds: [], endsKeys: false };
  const { deleteAfter } = await db.transaction((tx) => scheduleDeletion(tx, deletion));
  await queue();
  const { text } = await mailTo(email);
  expect(text).toContain(deleteAfter.toISOString().slice(0, 10));
  expect(text).toContain(`${PUBLIC_URL}/keep-account?token=`);
  expect(await findAccountToken(db, "account-deletion", tokenIn(text))).toMatchObject({ email, userId });
});

test("an account that is gone, and one that could not be deleted, each get the mail that says so", async () => {
  const { email, userId } = await newPerson();
  await queueAccountMail(db, { kind: "account-deletion", email: "gone@former.example.org", name: "done" });
  await queueAccountMail(db, { kind: "account-deletion", email, name: "stopped", userId });
  expect((await mailTo("gone@former.example.org")).subject).toBe("Your Overdue account was deleted");
  expect((await mailTo(email)).subject).toBe("Your Overdue account was not deleted");
});
