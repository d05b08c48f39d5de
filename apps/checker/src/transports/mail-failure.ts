import { parseRefusal, readMailRefusal, sanitise } from "@overdue/channels";
import type { AttemptOutcome, AttemptResult } from "@overdue/core";

import { tlsReason } from "../egress/egress.ts";

/** `isWhole`: all of the mail was handed over, so the mail server may have taken it whatever came after. */
export type MailProgress = { to: string; isWhole: boolean };

const OWN_RELAY =
  "The operator can set SMTP_TLS=opportunistic for a mail server of one's own, or name its authority with SMTP_CA_FILE.";
const UNREACHED: Record<string, string> = {
  ECONNREFUSED: "Nothing listens at the mail server's address (SMTP_URL).",
  EHOSTUNREACH: "The mail server's host (SMTP_URL) cannot be reached.",
  ENETUNREACH: "The mail server's network (SMTP_URL) cannot be reached.",
  ENOTFOUND: "The name of the mail server (SMTP_URL) could not be resolved.",
  EAI_AGAIN: "The name of the mail server (SMTP_URL) could not be resolved just now.",
  ETIMEDOUT: "The mail server (SMTP_URL) did not answer in time.",
};

const LETTERS = "The mail server takes no letters other than a to z before the @ of an address (SMTPUTF8).";

/**
 * What an error on the way of a mail means. Where the server gave no answer to the whole mail it may have taken it; where
 * it never got that far it is the operator's, who chose the server, unless it passes.
 */
export function mailFailure(cause: unknown, { to, isWhole }: MailProgress): AttemptResult {
  const statusCode = numberIn(cause, "responseCode");
  const said = sanitise(textIn(cause, "response") || textIn(cause, "message"));
  if (isAboutLetters(to, statusCode, said))
    return notTaken(`${LETTERS} (${said})`, { uncertain: false, statusCode });
  const command = textIn(cause, "command");
  if (statusCode !== null) return { ...refusedMail({ command, code: statusCode, said }), statusCode };
  const tls = tlsWords(cause);
  const because = tls ?? (networkWords(cause, isWhole) || said || "The mail server did not answer.");
  if (isWhole) return notTaken(because, { uncertain: true });
  return { outcome: "operator", because, mayPass: tls === null, statusCode };
}

export function notTaken(
  because: string,
  { uncertain, statusCode = null }: { uncertain: boolean; statusCode?: number | null },
): AttemptResult {
  return { outcome: "transient", because, uncertain, statusCode };
}

/** A server without SMTPUTF8 refuses such an address in many ways; only 5.1.1 is about the mailbox itself. */
function isAboutLetters(to: string, statusCode: number | null, said: string): boolean {
  return statusCode !== null && statusCode >= 500 && /^[^@]*[^!-~]/.test(to) && !/\b5\.1\.1\b/.test(said);
}

function tlsWords(cause: unknown): string | null {
  const reason = tlsReason(codeOf(cause));
  if (reason !== null) return `${reason.replace(/ Give it .*/, "")} ${OWN_RELAY}`;
  return textIn(cause, "code") === "ETLS"
    ? `The TLS handshake with the mail server failed. ${OWN_RELAY}`
    : null;
}

function networkWords(cause: unknown, isWhole: boolean): string | null {
  const message = textIn(cause, "message");
  if (message.startsWith("Greeting never received"))
    return "The mail server accepted a connection and never greeted.";
  if (message.startsWith("Connection closed"))
    return isWhole
      ? "The mail server closed the connection before it answered to the whole mail."
      : "The mail server closed the connection before the mail was sent.";
  if (isWhole && textIn(cause, "code") === "ETIMEDOUT")
    return "The mail server did not answer to the whole mail.";
  return UNREACHED[codeOf(cause)] ?? null;
}

/** Nodemailer puts a code of its own over the system's and OpenSSL's, which it keeps beside it. */
function codeOf(cause: unknown): string {
  const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [];
  if (first !== undefined) return codeOf(first);
  return textIn(cause, "originalCode") || textIn(cause, "code");
}

function textIn(value: unknown, key: string): string {
  const found = fieldIn(value, key);
  return typeof found === "string" ? found : "";
}

function numberIn(value: unknown, key: string): number | null {
  const found = fieldIn(value, key);
  return typeof found === "number" ? found : null;
}

function fieldIn(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** What a mail server answered, and to which command. `said`: fit to be shown. */
type MailAnswer = { command: string; code: number; said: string };

const OUTCOMES = {
  gone: "permanent",
  full: "unavailable",
  content: "unavailable",
  relay: "operator",
  unsure: "doubtful",
} as const;

/**
 * What it means that a mail server refused. Only an answer to the recipient (or to the whole mail, by servers that wait with
 * it) may be about them: whatever is refused before is about us, and for the operator.
 */
function refusedMail({ command, code, said }: MailAnswer): AttemptOutcome {
  const refusal = readMailRefusal(parseRefusal(said, code));
  if (refusal === "passing") return { outcome: "transient", because: said, uncertain: false };
  if (command === "RCPT TO") return { outcome: OUTCOMES[refusal], because: said };
  if (command === "DATA") {
    // A server that takes the recipient and not the mail says something about this mail, or about us.
    return { outcome: refusal === "unsure" ? "unavailable" : OUTCOMES[refusal], because: said };
  }
  return code >= 500
    ? { outcome: "operator", because: said }
    : { outcome: "transient", because: said, uncertain: false };
}
