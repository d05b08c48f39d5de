/** What mail servers send back, each in its own manner; for tests. The addresses and sentences are made up. */

const BOUNDARY = "=_part_7f3a";

/** A multipart/report of `type` with these parts. */
function report(
  type: string,
  parts: readonly (readonly [type: string, body: string])[],
  from: string,
): string {
  return [
    `From: ${from}`,
    "To: alerts@ping.example.org",
    "Subject: Undelivered mail",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=${type}; boundary="${BOUNDARY}"`,
    "",
    ...parts.flatMap(([partType, body]) => [`--${BOUNDARY}`, `Content-Type: ${partType}`, "", body]),
    `--${BOUNDARY}--`,
    "",
  ].join("\r\n");
}

function status(fields: readonly string[]): readonly [string, string] {
  return ["message/delivery-status", fields.join("\r\n")];
}

const said = (text: string) => ["text/plain; charset=utf-8", text] as const;
const original = [
  "text/rfc822-headers",
  "Subject: nightly backup is down\r\nFrom: overdue@example.org",
] as const;
const DAEMON = "MAILER-DAEMON@mx.example.net (Mail Delivery System)";

export const POSTFIX = report(
  "delivery-status",
  [
    said("I am the mail system here. A message of yours found no mailbox."),
    status([
      "Reporting-MTA: dns; mx.example.net",
      "X-Postfix-Queue-ID: 4ABCD12345",
      "Arrival-Date: Sat, 21 Nov 2026 01:00:00 +0000",
      "",
      "Final-Recipient: rfc822; ops@example.net",
      "Original-Recipient: rfc822;ops@example.net",
      "Action: failed",
      "Status: 5.1.1",
      "Remote-MTA: dns; mail.example.net",
      "Diagnostic-Code: smtp; 550 5.1.1 <ops@example.net>: nobody of this name",
      "    lives here",
    ]),
    original,
  ],
  DAEMON,
);

export const POSTFIX_DELAYED = POSTFIX.replace("Action: failed", "Action: delayed").replace("5.1.1", "4.4.1");

export const POSTFIX_GIVEN_UP = report(
  "delivery-status",
  [
    said("Five days were not enough."),
    status([
      "Reporting-MTA: dns; mx.example.net",
      "",
      "Final-Recipient: rfc822; ops@example.net",
      "Action: failed",
      "Status: 4.4.1",
      "Diagnostic-Code: X-Postfix; connect to mail.example.net: no route to it",
    ]),
  ],
  DAEMON,
);

/** Exim says 5.0.0 of everything. `diagnosis`: what the server answered; null: none was reached. */
function exim(reason: string, diagnosis: string | null): string {
  return report(
    "delivery-status",
    [
      said(`This was made by the mailer itself.\r\n\r\n  ops@example.net\r\n    ${reason}`),
      status([
        "Reporting-MTA: dns; relay.example.com",
        "",
        "Action: failed",
        "Final-Recipient: rfc822;ops@example.net",
        "Status: 5.0.0",
        ...(diagnosis === null
          ? []
          : ["Remote-MTA: dns; mail.example.net", `Diagnostic-Code: smtp; ${diagnosis}`]),
      ]),
    ],
    "Mail Delivery System <Mailer-Daemon@relay.example.com>",
  );
}

export const EXIM = exim("host said: 550 no such person", "550 no such person");

export const EXIM_OLD = [
  "From: Mail Delivery System <Mailer-Daemon@relay.example.com>",
  "To: alerts@ping.example.org",
  "X-Failed-Recipients: ops@example.net",
  "Auto-Submitted: auto-replied",
  "Subject: Mail failed, back to its sender",
  "",
  "It was for this address and will not be tried again:",
  "",
  "  ops@example.net",
  "    unrouteable: the domain takes no mail",
  "",
].join("\r\n");

/** After days of one answer: the end of the line says that Exim gave up. */
export const EXIM_GIVEN_UP = exim(
  "host mail.example.net [192.0.2.7]\r\n    SMTP error after RCPT TO: 452 4.2.2 mailbox is full: retry timeout exceeded",
  "452 4.2.2 mailbox is full: retry timeout exceeded",
);

export const EXIM_NEVER_REACHED = exim("retry timeout exceeded\r\n\r\nThe mail follows.", null);

export const EXIM_LOCAL = EXIM_NEVER_REACHED.replace("retry timeout exceeded", "Unrouteable address");

/** OpenSMTPD: no multipart/report, no Diagnostic-Code; the reason stands beside the address. */
function openSmtpd(action: string, code: string, reason: string): string {
  return report(
    "delivery-status",
    [
      said(
        `The mailer daemon reports on a mail of yours.\r\n\r\nops@example.net: ${reason}\r\n\r\nIt follows.`,
      ),
      status([
        "Reporting-MTA: dns; relay.example.com",
        "",
        "Final-Recipient: rfc822; ops@example.net",
        `Action: ${action}`,
        `Status: ${code}`,
      ]),
    ],
    "Mailer Daemon <MAILER-DAEMON@relay.example.com>",
  ).replace("multipart/report; report-type=delivery-status", "multipart/mixed");
}

export const OPENSMTPD = openSmtpd("failed", "5.0.0", "550 5.1.1 <ops@example.net>: Recipient unknown");
export const OPENSMTPD_EXPIRED = openSmtpd("delayed", "4.4.7", "Envelope expired");
export const OPENSMTPD_DELAYED = openSmtpd("delayed", "4.4.1", "Network error on destination MXs");

/** IIS and Exchange use the same code for a delay that goes on. */
export const EXCHANGE_DELAYED = report(
  "delivery-status",
  [
    said("It is only late. Nothing to do."),
    status([
      "Reporting-MTA: dns;HE1PR01.eur.prod.example",
      "",
      "Final-Recipient: rfc822;ops@corp.example",
      "Action: delayed",
      "Status: 4.4.7",
      "Will-Retry-Until: Sun, 22 Nov 2026 01:00:00 +0000",
    ]),
  ],
  "postmaster@corp.example",
);

/** A mailbox that is full, as Dovecot says it to a Postfix before it. */
export const FULL = POSTFIX.replace("Status: 5.1.1", "Status: 5.2.2").replace(
  "550 5.1.1 <ops@example.net>: nobody of this name",
  "552 5.2.2 <ops@example.net> Quota exceeded (mailbox for user is full)",
);

export const SPAM = POSTFIX.replace("Status: 5.1.1", "Status: 5.7.1").replace(
  "550 5.1.1 <ops@example.net>: nobody of this name",
  "554 5.7.1 Spam message rejected",
);

/** A mail server further on that does not relay for ours. */
export const NEXT_HOP_DENIED = POSTFIX.replace("Status: 5.1.1", "Status: 5.7.1").replace(
  "550 5.1.1 <ops@example.net>: nobody of this name",
  "554 5.7.1 <ops@example.net>: Relay access denied",
);

export const GMAIL = report(
  "delivery-status",
  [
    ["text/html; charset=utf-8", "<b>Address not found</b>"],
    status([
      "Reporting-MTA: dns; googlemail.example",
      "Received-From-MTA: dns; overdue@example.org",
      "X-Original-Message-ID: <x@example.org>",
      "",
      "Final-Recipient: rfc822; ops@gmail.example",
      "Action: failed",
      "Status: 5.1.1",
      "Diagnostic-Code: smtp; 550-5.1.1 There is no such account. Look for typing errors.",
      " 550 5.1.1 NoSuchUser - gsmtp",
      "Last-Attempt-Date: Sat, 21 Nov 2026 01:00:01 -0800 (PST)",
    ]),
    original,
  ],
  "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
);

export const EXCHANGE = report(
  "delivery-status",
  [
    said("Your message could not be handed over."),
    status([
      "Reporting-MTA: dns;HE1PR01.eur.prod.example",
      "Received-From-MTA: dns;relay.example.com",
      "",
      "Original-Recipient: rfc822;ops@corp.example",
      "Final-Recipient: rfc822;ops@corp.example",
      "Action: failed",
      "Status: 5.1.10",
      "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup",
    ]),
    original,
  ],
  "postmaster@corp.example",
);

export const QMAIL = [
  "From: MAILER-DAEMON@old.example.net",
  "To: alerts@ping.example.org",
  "Subject: failure notice",
  "",
  "Hi. This is the mail program at old.example.net.",
  "It could not hand over a message of yours.",
  "",
  "<ops@example.net>:",
  "There is no mailbox of that name here. (#5.1.1)",
  "",
  "--- Below this line is a copy.",
  "",
].join("\r\n");

export const RECEIPT = POSTFIX.replace("Action: failed", "Action: delivered").replace(
  "Status: 5.1.1",
  "Status: 2.0.0",
);

export const COMPLAINT = report(
  "feedback-report",
  [
    said("A person pressed the button."),
    [
      "message/feedback-report",
      "Feedback-Type: abuse\r\nUser-Agent: SomeFBL/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <x@ping.example.org>",
    ],
    original,
  ],
  "complaints@isp.example",
);

export const NOT_SPAM = COMPLAINT.replace("Feedback-Type: abuse", "Feedback-Type: not-spam");

export const ON_HOLIDAY = [
  "From: ops@example.net",
  "To: alerts@ping.example.org",
  "Subject: Away until Monday",
  "Auto-Submitted: auto-replied",
  "",
  "I am in the mountains. Action: failed, Status: 5.1.1",
  "",
].join("\r\n");
