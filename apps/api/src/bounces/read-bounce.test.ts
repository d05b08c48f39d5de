import { expect, test } from "vitest";

import { readBounce } from "./read-bounce.ts";
import * as reports from "../../test/bounce-samples.ts";

const read = (source: string) => readBounce(Buffer.from(source));
const permanent = (because: string) => ({ kind: "permanent", because: `It came back: ${because}` });

test.each([
  ["Postfix", reports.POSTFIX, permanent("550 5.1.1 <ops@example.net>: nobody of this name lives here")],
  ["Exim", reports.EXIM, permanent("550 no such person")],
  ["Exim that asked nobody", reports.EXIM_LOCAL, permanent("Unrouteable address")],
  ["OpenSMTPD", reports.OPENSMTPD, permanent("550 5.1.1 <ops@example.net>: Recipient unknown")],
  ["an old Exim", reports.EXIM_OLD, permanent("unrouteable: the domain takes no mail")],
  [
    "Gmail",
    reports.GMAIL,
    permanent("550-5.1.1 There is no such account. Look for typing errors. 550 5.1.1 NoSuchUser - gsmtp"),
  ],
  [
    "Exchange",
    reports.EXCHANGE,
    permanent("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup"),
  ],
  ["qmail", reports.QMAIL, permanent("There is no mailbox of that name here. (#5.1.1)")],
])("a failure as %s reports it", async (_, source, bounce) => {
  expect(await read(source)).toEqual(bounce);
});

test.each([
  ["Postfix", reports.POSTFIX_GIVEN_UP, "connect to mail.example.net: no route to it"],
  ["Exim", reports.EXIM_GIVEN_UP, "452 4.2.2 mailbox is full: retry timeout exceeded"],
  ["Exim without an answer", reports.EXIM_NEVER_REACHED, "retry timeout exceeded"],
  ["OpenSMTPD, which calls it a delay", reports.OPENSMTPD_EXPIRED, "Envelope expired"],
])("what %s gave up after days says nothing against the address", async (_, source, because) => {
  expect(await read(source)).toEqual({ kind: "given-up", because: `It came back: ${because}` });
});

test.each([
  ["a full mailbox", reports.FULL],
  ["a mail that is taken for spam", reports.SPAM],
  ["a server that does not relay", reports.NEXT_HOP_DENIED],
])("%s says nothing against the address", async (_, source) => {
  expect(await read(source)).toMatchObject({ kind: "refused", because: expect.stringMatching(/: 55[24] 5/) });
});

test("a reader's report is a complaint", async () => {
  expect(await read(reports.COMPLAINT)).toMatchObject({ kind: "complaint" });
});

test.each([
  ["a delay", reports.POSTFIX_DELAYED],
  ["a delay by OpenSMTPD", reports.OPENSMTPD_DELAYED],
  ["a delay by Exchange", reports.EXCHANGE_DELAYED],
  ["a receipt", reports.RECEIPT],
  ["a report that it is no spam", reports.NOT_SPAM],
  ["an out-of-office reply", reports.ON_HOLIDAY],
  ["nothing", ""],
  ["no mail at all", "\0\xff --boundary\r\n\r\n"],
  [
    "parts within parts without end",
    `Content-Type: multipart/mixed; boundary=a\r\n\r\n${"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n".repeat(200)}`,
  ],
])("%s is no bounce", async (_, source) => {
  expect(await read(source)).toBeNull();
});
