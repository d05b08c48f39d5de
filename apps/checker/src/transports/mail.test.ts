import { composeAlert } from "@overdue/channels";
import type { AlertFacts } from "@overdue/core";
import { startFakeSmtp, testCertificates, type FakeSmtp, type TestCertificate } from "@overdue/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { openMailer, type Mailer, type MailOptions } from "./mail.ts";
import { SMTP_WAITS } from "./smtp-connections.ts";

const MINUTE = 60_000;
const facts: AlertFacts = {
  deliveryId: "0199a1b2-0000-7000-8000-00000000a1b2",
  kind: "down",
  project: { id: "p", name: "Ops" },
  channel: { id: "c", name: "team" },
  check: {
    id: "k",
    pingUuid: "u",
    name: "nightly backup",
    slug: "nightly-backup",
    tags: [],
    timezone: null,
    graceSeconds: 60,
  },
  flip: null,
  incident: {
    id: "0199a1b2-0000-7000-8000-0000000000f1",
    reason: "missed",
    evidence: {
      expectedAt: null,
      deadlineAt: null,
      lastHeardAt: null,
      durationMs: null,
      limitMs: null,
      exitStatus: null,
      runId: null,
      pingNumber: null,
    },
    openedAt: 0,
  },
  lastPing: null,
  payload: null,
  writtenAt: 0,
  includesDown: false,
  uncertain: false,
};

let smtp: FakeSmtp;
const mailers: Mailer[] = [];
const servers: FakeSmtp[] = [];

beforeEach(async () => {
  smtp = await start();
});
afterEach(async () => {
  for (const mailer of mailers.splice(0)) mailer.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("a mail server that takes its time", () => {
  test("is waited for as long as RFC 5321 asks", () => {
    expect(SMTP_WAITS.greeting).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(SMTP_WAITS.answer).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(SMTP_WAITS.mail).toBeGreaterThan(SMTP_WAITS.greeting + SMTP_WAITS.answer);
  });

  test("greets late and looks into the mail, and gets it once", async () => {
    const [greeting, looking] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    smtp.next({ at: "greeting", until: greeting.promise }, { at: "data", until: looking.promise });
    const sending = send();
    greeting.resolve();
    await smtp.waitFor(() => true);
    looking.resolve();
    expect(await sending).toMatchObject({ outcome: "sent" });
    expect(smtp.received).toHaveLength(1);
  });

  test("holds up no other mail, however many it looks into", async () => {
    const looking = Promise.withResolvers<void>();
    const mailer = open();
    smtp.next(...Array.from({ length: 8 }, () => ({ at: "data" as const, until: looking.promise })));
    const slow = Array.from({ length: 8 }, (_, index) => mailer.send(`slow${index}@example.org`, message()));
    await smtp.waitFor(() => smtp.received.length === 8);
    expect(await mailer.send("quick@example.org", message())).toMatchObject({ outcome: "sent" });
    looking.resolve();
    await Promise.all(slow);
  });

  test("and never greets has taken nothing for certain", async () => {
    smtp.next({ at: "greeting", until: new Promise(() => undefined) });
    expect(await send({ waits: { greeting: 50 } })).toMatchObject({
      outcome: "operator",
      mayPass: true,
      because: "The mail server accepted a connection and never greeted.",
    });
  });

  test("and never answers to the whole mail may have taken it", async () => {
    smtp.next({ at: "data", until: new Promise(() => undefined) });
    expect(await send({ waits: { answer: 300 } })).toMatchObject({
      outcome: "transient",
      uncertain: true,
      because: "The mail server did not answer to the whole mail.",
    });
  });

  test("and closes the connection instead of an answer may have taken it", async () => {
    smtp.next({ at: "data", closes: true });
    expect(await send()).toMatchObject({ outcome: "transient", uncertain: true });
    expect(smtp.received).toHaveLength(1);
  });

  test("is left, with what is known, when Overdue stops", async () => {
    smtp.next({ at: "data", until: new Promise(() => undefined) });
    const mailer = open({}, { hurryMs: 1 });
    const sending = mailer.send("anna@example.org", message());
    await smtp.waitFor(() => true);
    mailer.hurry();
    expect(await sending).toMatchObject({
      outcome: "transient",
      uncertain: true,
      because: "Overdue was stopped before the mail server answered.",
    });
  });
});

describe("a mail server that offers TLS", () => {
  test.each([
    ["a self-signed certificate on this machine", "selfSigned", null],
    ["an expired certificate on this machine", "expired", null],
    ["a self-signed certificate, opportunistic", "selfSigned", "opportunistic"],
    ["a self-signed certificate, TLS required", "selfSigned", "required"],
  ] as const)("with %s gets mails over TLS", async (_, name, tls) => {
    const server = await start(testCertificates[name]);
    expect(await send({ smtpUrl: server.url, smtp: { tls } })).toMatchObject({ outcome: "sent" });
    expect(server.received).toMatchObject([{ secure: true }]);
  });

  test.each([
    ["selfSigned", "certificate is self-signed"],
    ["expired", "certificate has expired"],
    ["elsewhere", "certificate is for another host name"],
    ["good", "signed by an authority that is not known here"],
  ] as const)("whose certificate is %s gets none where that is checked, and says why", async (name, why) => {
    const server = await start(testCertificates[name]);
    const ca = name === "good" || name === "selfSigned" ? null : testCertificates.authority;
    const ending = await send({ smtpUrl: server.url, smtp: { tls: "verify", ca } });
    expect(ending).toMatchObject({
      outcome: "operator",
      mayPass: false,
      because: expect.stringContaining(why),
    });
    expect(ending.because).toContain("SMTP_TLS=opportunistic");
    expect(server.received).toEqual([]);
  });

  test("of an authority of one's own gets mails", async () => {
    const server = await start(testCertificates.good);
    const smtpSettings = { tls: "verify", ca: testCertificates.authority } as const;
    expect(await send({ smtpUrl: server.url, smtp: smtpSettings })).toMatchObject({
      outcome: "sent",
    });
  });

  test("and fails at it gets no mail without TLS where TLS is required", async () => {
    expect(await send({ smtp: { tls: "required" } })).toMatchObject({ outcome: "operator" });
    expect(smtp.received).toEqual([]);
  });

  test("is not asked for it where it is off", async () => {
    const server = await start(testCertificates.selfSigned);
    await send({ smtpUrl: server.url, smtp: { tls: "off" } });
    expect(server.received).toMatchObject([{ secure: false }]);
  });

  test("is believed where SMTP_URL says so", async () => {
    const server = await start(testCertificates.selfSigned);
    const smtpUrl = `${server.url}/?tls.rejectUnauthorized=false`;
    expect(await send({ smtpUrl, smtp: { tls: "verify" } })).toMatchObject({ outcome: "sent" });
  });
});

describe("a mail", () => {
  test("is brought by who has a name", async () => {
    await send({ smtp: { ehlo: "overdue.example.org" } });
    expect(smtp.received).toMatchObject([{ ehlo: "overdue.example.org" }]);
  });

  test.each([
    ["ops@münchen.test", "ops@xn--mnchen-3ya.test"],
    ["ops@例え.テスト", "ops@xn--r8jz45g.xn--zckzah"],
    ["jürgen@münchen.test", "jürgen@münchen.test"],
  ])("to %s goes to %s", async (to, onTheWire) => {
    expect(await open().send(to, message())).toMatchObject({ outcome: "sent" });
    expect(smtp.wire()).toContain(`RCPT TO:<${onTheWire}>`);
    expect(smtp.wire().includes("SMTPUTF8")).toBe(/^[^@]*[^!-~]/.test(to));
  });

  test("to letters that its mail server does not know is no reason to give the mailbox up", async () => {
    smtp.next({ at: "rcpt", code: 553, message: "5.6.7 SMTPUTF8 not supported" });
    expect(await open().send("jürgen@example.org", message())).toMatchObject({
      outcome: "transient",
      because: expect.stringContaining("letters other than a to z"),
      statusCode: 553,
    });
  });

  test("of an incident refers to it and to what was sent before, whichever of them arrives", async () => {
    const incident = "<incident-0199a1b2-0000-7000-8000-0000000000f1@overdue.example.org>";
    const down = `<${facts.deliveryId}@overdue.example.org>`;
    const reminder = "<0199a1b2-0000-7000-8000-00000000a1b3@overdue.example.org>";
    await open().send("a@example.org", message());
    await open().send(
      "a@example.org",
      message({
        kind: "reminder",
        deliveryId: "0199a1b2-0000-7000-8000-00000000a1b3",
        sentBefore: [facts.deliveryId],
      }),
    );
    const both = [facts.deliveryId, "0199a1b2-0000-7000-8000-00000000a1b3"];
    await open().send(
      "a@example.org",
      message({ kind: "up", deliveryId: "0199a1b2-0000-7000-8000-00000000a1b4", sentBefore: both }),
    );
    const threads = smtp.received.map(({ mail }) => [mail.messageId, mail.inReplyTo, mail.references]);
    expect(threads).toEqual([
      [down, incident, incident],
      [reminder, down, `${incident} ${down}`],
      [expect.any(String), reminder, `${incident} ${down} ${reminder}`],
    ]);
  });

  test("that is about no incident belongs to no other", async () => {
    await open().send("a@example.org", message({ kind: "test", incident: null, check: null }));
    expect(smtp.received[0]?.mail).toMatchObject({ messageId: expect.any(String) });
    expect(smtp.received[0]?.raw).not.toMatch(/^(In-Reply-To|References):/im);
  });
});

function message(change: Partial<AlertFacts> = {}) {
  return composeAlert({ ...facts, ...change }, "https://overdue.example.org");
}

async function start(certificate?: TestCertificate): Promise<FakeSmtp> {
  const server = await startFakeSmtp(certificate === undefined ? {} : { certificate });
  servers.push(server);
  return server;
}

function open(options: Partial<MailOptions> = {}, moments: { hurryMs?: number } = {}): Mailer {
  const mailer = openMailer({
    smtpUrl: smtp.url,
    from: "Overdue <alerts@overdue.example.org>",
    stopLink: () => "https://overdue.example.org/unsubscribe",
    ...options,
    ...moments,
  });
  mailers.push(mailer);
  return mailer;
}

function send(options: Partial<MailOptions> = {}) {
  return open(options).send("anna@example.org", message());
}
