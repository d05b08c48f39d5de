import { expect, test } from "vitest";

import { readReport } from "./read-report.ts";
import * as reports from "./reports.ts";

const read = (source: string) => readReport(Buffer.from(source));
const permanent = (because: string) => ({ kind: "permanent", because: `It came back: ${because}` });

test.each([
  ["Postfix", reports.POSTFIX, permanent("550 5.1.1 <ops@example.net>: nobody of this name lives here")],
  ["Exim", reports.EXIM, permanent("550 no such person")],
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
])("a failure as %s tells it", async (_, source, bounce) => {
  expect(await read(source)).toEqual(bounce);
});

test("what was given up after days says nothing against the address", async () => {
  expect(await read(reports.POSTFIX_GIVEN_UP)).toMatchObject({ kind: "given-up" });
});

test("a reader's report is a complaint", async () => {
  expect(await read(reports.COMPLAINT)).toMatchObject({ kind: "complaint" });
});

test.each([
  ["a delay", reports.POSTFIX_DELAYED],
  ["a receipt", reports.RECEIPT],
  ["a report that it is no spam", reports.NOT_SPAM],
  ["an answer from holidays", reports.ON_HOLIDAY],
  ["nothing", ""],
  ["no mail at all", "\0\xff --boundary\r\n\r\n"],
  [
    "parts within parts without end",
    `Content-Type: multipart/mixed; boundary=a\r\n\r\n${"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n".repeat(200)}`,
  ],
])("%s is no bounce", async (_, source) => {
  expect(await read(source)).toBeNull();
});
