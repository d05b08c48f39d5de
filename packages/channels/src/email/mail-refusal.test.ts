import { expect, test } from "vitest";

import { parseRefusal, readMailRefusal } from "./mail-refusal.ts";

test.each([
  // The mail server does not take our mail: Postfix, Exim, Sendmail, Exchange, and what submission servers say.
  ["554 5.7.1 <team@corp.test>: Relay access denied", "relay"],
  ["454 4.7.1 <team@corp.test>: Relay access denied", "passing"],
  ["553 5.7.1 <bounce+0199@ping.test>: Sender address rejected: not owned by user overdue", "relay"],
  ["550 relay not permitted", "relay"],
  ["550 5.7.1 Relaying denied", "relay"],
  ["550 5.7.1 Unable to relay", "relay"],
  ["550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relay"],
  ["530 5.7.0 Must issue a STARTTLS command first", "relay"],
  ["530 5.7.1 Authentication required", "relay"],
  ["535 5.7.8 Error: authentication failed", "relay"],
  ["550 5.7.60 SMTP; Client does not have permissions to send as this sender", "relay"],
  ["554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org", "relay"],
  ["550 5.7.26 This mail is unauthenticated, DMARC policy", "relay"],
  ["550 5.1.8 Sender address rejected: Domain not found", "relay"],
  ["550 Sender verify failed", "relay"],
  // There is no such mailbox.
  ["550 5.1.1 <ops@example.net>: Recipient address rejected: User unknown in local recipient table", "gone"],
  ["550 5.1.1 The email account that you tried to reach does not exist", "gone"],
  ["550 Unrouteable address", "gone"],
  ["550 no such user here", "gone"],
  ["550 5.4.1 Recipient address rejected: Access denied", "gone"],
  ["550 5.2.1 The account is inactive", "gone"],
  ["556 5.1.10 Recipient address has null MX", "gone"],
  // Words that fit both.
  ["550 Invalid recipient: <x@foreign.test>", "unsure"],
  ["550 Administrative prohibition", "unsure"],
  // The mailbox takes nothing for now, or not this text.
  ["552 5.2.2 <ops@example.net> Quota exceeded (mailbox for user is full)", "full"],
  ["452 4.2.2 Mailbox full", "full"],
  ["552 Requested mail action aborted", "full"],
  ["554 5.7.1 Spam message rejected", "content"],
  ["552 5.3.4 Message size exceeds fixed limit", "content"],
  ["550 5.7.1 Message rejected as spam by Content Filtering.", "content"],
  // It may be taken later.
  ["451 4.7.1 Greylisted, come back later", "passing"],
  ["421 4.3.2 Service shutting down", "passing"],
  ["452 4.3.1 Insufficient system resources", "passing"],
  ["retry timeout exceeded", "passing"],
  ["Envelope expired", "passing"],
])("%s is read as %s", (text, refusal) => {
  expect(readMailRefusal(parseRefusal(text))).toBe(refusal);
});
