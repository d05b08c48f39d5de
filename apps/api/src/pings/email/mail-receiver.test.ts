import { randomUUID } from "node:crypto";
import { createConnection } from "node:net";

import { type CheckDetails, findMailTarget, type PingTarget } from "@overdue/db";
import { aCheck, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import nodemailer from "nodemailer";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { WorkerPool } from "../../workers/worker-pool.ts";
import { createClock } from "../clock.ts";
import { Ingest } from "../ingest.ts";
import { Unavailable } from "../unavailable.ts";
import { type MailReceiverOptions, startMailReceiver } from "./mail-receiver.ts";

const DOMAIN = "ping.example.org";
const LIMIT = 2_000;
const HERE = { host: "127.0.0.1", port: 0 };
const database = await testDatabase();
const { pool } = database;
const clock = createClock();
const log = pino({ level: "silent" });
const ingest = new Ingest({ pool, receiverId: randomUUID(), clock, log });
const workers = new WorkerPool({
  threads: 2,
  taskMsMax: 60_000,
  heapMegabytesMax: 128,
  waitingMax: 100,
  waitingPerOwnerMax: 100,
});
const options = {
  domain: DOMAIN,
  ingest,
  clock,
  log,
  bodyBytesMax: LIMIT,
  bounces: null,
  findTarget: (target: PingTarget) => findMailTarget(pool, target),
  workers,
};
const { port, stop } = await startMailReceiver(options, HERE);
const mailer = mailerTo(port);
afterAll(async () => {
  mailer.close();
  await stop();
  await workers.close();
  await database.drop();
});

test("a mail to a check's address is a success, stored with its whole source", async () => {
  const check = await aCheck(pool);
  const sent = await mailer.sendMail({
    ...toCheck(check),
    from: "cron@job.example.org",
    subject: "done",
    text: "OK",
  });
  expect(sent.response).toMatch(/^250/);
  const [ping] = await pingsOf(check);
  expect(ping).toMatchObject({
    number: 1,
    kind: "success",
    scheme: "email",
    method: "",
    user_agent: "Email from cron@job.example.org",
    remote_address: "127.0.0.1",
    rid: null,
    exit_status: null,
  });
  const source = ping?.body?.toString() ?? "";
  expect(source).toMatch(/^Subject: done\r?$/m);
  expect(source).toMatch(/^OK\r?$/m);
  expect(ping?.body_bytes).toBe(ping?.body?.length);
});

test("a check is known by ping key and slug, too", async () => {
  const { projectId, pingKey } = await aProject(pool);
  const check = await aCheck(pool, { projectId, details: { slug: "nightly" } });
  await mailer.sendMail({ ...to(`${pingKey}+nightly@${DOMAIN}`), subject: "x", text: "x" });
  expect(await pingsOf(check)).toHaveLength(1);
});

test("each recipient is a ping of its own, and one that nobody knows is refused at once", async () => {
  const [one, other] = [await aCheck(pool), await aCheck(pool)];
  const { pingKey } = await aProject(pool);
  const addresses = [addressOf(one), addressOf(other).toUpperCase(), `${randomUUID()}@${DOMAIN}`];
  const known = await mailer.sendMail({ ...to(...addresses, `${pingKey}+nothing@${DOMAIN}`), text: "x" });
  expect(known.rejected).toEqual(addresses.slice(2).concat(`${pingKey}+nothing@${DOMAIN}`));
  expect([await pingsOf(one), await pingsOf(other)].map((pings) => pings.length)).toEqual([1, 1]);
});

test("a slug that two checks have is refused like one that nobody has", async () => {
  const { projectId, pingKey } = await aProject(pool);
  const twins = await Promise.all([1, 2].map(() => aCheck(pool, { projectId, details: { slug: "twin" } })));
  const answers = [`${pingKey}+twin`, `${pingKey}+none`, `${randomUUID()}`].map((local) =>
    mailer.sendMail({ ...to(`${local}@${DOMAIN}`), text: "x" }).catch((error: Error) => error.message),
  );
  const [first, ...others] = await Promise.all(answers);
  expect(first).toContain("550 5.1.1 Invalid mailbox");
  for (const answer of others) expect(answer).toBe(first);
  for (const twin of twins) expect(await pingsOf(twin)).toEqual([]);
});

const keywords = { startKeywords: "BEGIN", successKeywords: "OK, färtig", failureKeywords: "ERROR" };
const subject = { ...keywords, filterSubject: true };
const body = { ...keywords, filterBody: true };
const html = (text: string) => ({ html: text });
const prepared = (value: string) => ({ prepared: true, value });
const PLAIN_UTF8 = "Subject: x\nContent-Type: text/plain; charset=utf-8";
/** A part whose bytes are Latin: `ä` is one byte. */
const inCharset = (type: string) => ({
  alternatives: [{ contentType: type, content: Buffer.from("alles färtig", "latin1") }],
});

test.each<[string, Partial<CheckDetails>, object, string]>([
  ["no filter: a success whatever it says", keywords, { subject: "ERROR", text: "ERROR" }, "success"],
  ["HTTP's filter does not count", { ...keywords, filterHttpBody: true }, { text: "ERROR" }, "success"],
  ["HTTP's methods do not count", { methods: "POST" }, { text: "x" }, "success"],
  ["subject: success", subject, { subject: "Backup OK" }, "success"],
  ["subject: fail", subject, { subject: "Backup ERROR, not OK" }, "fail"],
  ["subject: start", subject, { subject: "BEGIN" }, "start"],
  ["subject: none", subject, { subject: "hm", text: "ERROR" }, "ignored"],
  ["subject: none, and then fails", { ...subject, filterDefaultFail: true }, { subject: "hm" }, "fail"],
  ["subject: encoded, over several lines", subject, { subject: `${"ä".repeat(100)} färtig` }, "success"],
  ["no subject at all", subject, { text: "OK" }, "ignored"],
  ["body: success", body, { subject: "ERROR", text: "all OK" }, "success"],
  ["body: fail", body, { text: "an ERROR came" }, "fail"],
  ["body: base64", body, { text: "an ERROR", textEncoding: "base64" }, "fail"],
  [
    "body: quoted-printable",
    body,
    { text: `${"ä ".repeat(60)} färtig`, textEncoding: "quoted-printable" },
    "success",
  ],
  ["body: in HTML, broken up by tags", body, html("<p>ER<b>ROR</b></p>"), "fail"],
  ["body: not in a style", body, html("<style>.ERROR{}</style><p>fine</p>"), "ignored"],
  ["body: in either part", body, { text: "fine", html: "<p>OK</p>" }, "success"],
  ["body: keywords are case-sensitive", body, { text: "ok error" }, "ignored"],
  ["both: the subject counts", { ...subject, filterBody: true }, { subject: "OK", text: "hm" }, "success"],
  ["subject: any charset", subject, { headers: { subject: "=?iso-8859-2?Q?f=E4rtig?=" } }, "success"],
  ["subject: as bytes in UTF-8", subject, { headers: { subject: prepared("färtig") } }, "success"],
  ["body: HTML entities of any name", body, html("<p>alles f&auml;rtig &hellip;</p>"), "success"],
  ["body: HTML entities by number", body, html("f&#228;rtig"), "success"],
  ["body: HTML in base64", body, { ...html("f&auml;rtig"), textEncoding: "base64" }, "success"],
  ["body: HTML in windows-1252", body, inCharset("text/html; charset=windows-1252"), "success"],
  ["body: text in ISO 8859-15", body, inCharset("text/plain; charset=iso-8859-15"), "success"],
  ["body: a letter in two parts", body, { text: "fa\u0308rtig" }, "success"],
  ["both: the body counts", { ...subject, filterBody: true }, { subject: "hm", text: "BEGIN" }, "start"],
])("%s", async (_, details, mail, kind) => {
  const check = await aCheck(pool, { details });
  await mailer.sendMail({ ...toCheck(check), ...mail });
  expect(await pingsOf(check)).toMatchObject([{ kind }]);
});

test.each([
  ["body", { filterBody: true }, "Subject: OK\n\nall OK, but Übertragung brach ab"],
  ["body with a charset that it does not have", { filterBody: true }, `${PLAIN_UTF8}\n\nOK, Übertragung`],
  ["subject", { filterSubject: true }, "Subject: OK, but Übertragung\n\nx"],
])("%s: a letter as a single byte, which no charset explains", async (_, where, message) => {
  const failing = { successKeywords: "OK", failureKeywords: "Übertragung" };
  const check = await aCheck(pool, { details: { ...failing, ...where } });
  await mailer.sendMail({
    envelope: envelopeOf(addressOf(check)),
    raw: Buffer.from(message.replaceAll("\n", "\r\n"), "latin1"),
  });
  expect(await pingsOf(check)).toMatchObject([{ kind: "fail" }]);
});

test.each([
  ["another domain", `${randomUUID()}@example.org`, "550 5.1.1 Recipient rejected"],
  ["no check's name", `root@${DOMAIN}`, "550 5.1.1 Invalid mailbox"],
])("%s is refused at once", async (_, address, response) => {
  await expect(mailer.sendMail({ ...to(address), text: "x" })).rejects.toMatchObject({
    message: expect.stringContaining(response),
  });
});

test("a paused check with manual resume ignores mails, too", async () => {
  const check = await aCheck(pool, { settings: { manualResume: true } });
  await pool.query("update checks set status = 'paused' where id = $1", [check.id]);
  await mailer.sendMail({ ...toCheck(check), text: "x" });
  expect(await pingsOf(check)).toMatchObject([{ kind: "ignored" }]);
});

test("a long mail is cut like every body, and its keywords are found behind the cut", async () => {
  const check = await aCheck(pool, { details: body });
  await mailer.sendMail({ ...toCheck(check), text: `${"line\n".repeat(LIMIT)}ERROR` });
  const [ping] = await pingsOf(check);
  expect(ping).toMatchObject({ kind: "fail" });
  expect(ping?.body).toHaveLength(2 * LIMIT);
  expect(ping?.body_bytes).toBeGreaterThan(LIMIT * 5);
});

test("a text that is no mail at all is a ping all the same", async () => {
  const check = await aCheck(pool);
  await mailer.sendMail({ envelope: envelopeOf(addressOf(check)), raw: "\0\xff ---- no header\r\n" });
  expect(await pingsOf(check)).toMatchObject([{ kind: "success" }]);
});

test("a bounce, which has no sender, is a ping", async () => {
  const check = await aCheck(pool);
  await mailer.sendMail({ envelope: { from: "", to: addressOf(check) }, text: "x" });
  expect(await pingsOf(check)).toMatchObject([{ user_agent: "Email from " }]);
});

test("while the database is away the server is asked to come again", async () => {
  const check = await aCheck(pool);
  const away = { record: () => Promise.reject(new Unavailable("away")) };
  const answer = await whileOpen({ ...options, ingest: away }, (there) =>
    there.sendMail({ ...toCheck(check), text: "x" }).catch((error: Error) => error.message),
  );
  expect(answer).toContain("451 4.3.0 The ping was not stored, please try again");
});

test("OK is said only once the ping is durable", async () => {
  const check = await aCheck(pool);
  const stored = Promise.withResolvers<never>();
  const heard = Promise.withResolvers<void>();
  const slow = { record: () => (heard.resolve(), stored.promise) };
  await whileOpen({ ...options, ingest: slow }, async (there) => {
    const answers: unknown[] = [];
    const sending = there.sendMail({ ...toCheck(check), text: "x" }).then(
      (sent) => answers.push(sent.response),
      (error: Error) => answers.push(error.message),
    );
    await heard.promise;
    expect(answers).toEqual([]);
    stored.reject(new Unavailable("away"));
    await sending;
    expect(answers).toEqual([expect.stringContaining("451")]);
  });
});

test("the twenty-first connection from one address is turned away", async () => {
  const sockets = Array.from({ length: 21 }, () => createConnection({ port, host: "127.0.0.1" }));
  const greetings = await Promise.all(
    sockets.map(
      (socket) => new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data)))),
    ),
  );
  for (const socket of sockets) socket.destroy();
  expect(greetings.filter((greeting) => greeting.startsWith("421")).length).toBeGreaterThanOrEqual(1);
  expect(greetings.filter((greeting) => greeting.startsWith("220")).length).toBeGreaterThanOrEqual(19);
});

type StoredPing = { kind: string; body: Buffer | null; body_bytes: number };

async function pingsOf(check: SceneCheck): Promise<StoredPing[]> {
  const rows = await pool.query<StoredPing>("select * from pings where check_id = $1 order by number", [
    check.id,
  ]);
  return rows;
}

function mailerTo(smtpPort: number) {
  return nodemailer.createTransport({ host: "127.0.0.1", port: smtpPort, secure: false, ignoreTLS: true });
}

async function whileOpen<T>(
  on: MailReceiverOptions,
  work: (mailer: ReturnType<typeof mailerTo>) => Promise<T>,
) {
  const receiver = await startMailReceiver(on, HERE);
  try {
    return await work(mailerTo(receiver.port));
  } finally {
    await receiver.stop();
  }
}

function addressOf(check: SceneCheck): string {
  return `${check.pingUuid}@${DOMAIN}`;
}

function to(...addresses: string[]) {
  return { from: "cron@example.org", to: addresses };
}

function toCheck(check: SceneCheck) {
  return to(addressOf(check));
}

function envelopeOf(address: string) {
  return { from: "cron@example.org", to: address };
}
