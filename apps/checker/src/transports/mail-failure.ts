import { parseRefusal, readMailRefusal, sanitise } from "@overdue/channels";
import type { AttemptOutcome, AttemptResult } from "@overdue/core";

import { tlsReason } from "../egress/egress.ts";

/** `isWhole`: the whole mail was sent, so the mail server may have accepted it, whatever happened after. */
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

const LETTERS = "The mail server accepts no letters other than a to z before the @ of an address (SMTPUTF8).";

/**
 * What an error while sending a mail means. If the whole mail was sent but not answered, the server may have accepted it.
 * An error before that concerns the operator, who chose the server, unless it passes.
 */
export function mailFailure(cause: unknown, { to, isWhole }: MailProgress): AttemptResult {
  const statusCode = numberIn(cause, "responseCode");
  const text = sanitise(textIn(cause, "response") || textIn(cause, "message"));
  if (isAboutLetters(to, statusCode, text))
    return notAccepted(`${LETTERS} (${text})`, { uncertain: false, statusCode });
  const command = textIn(cause, "command");
  if (statusCode !== null) return { ...readRefusal({ command, code: statusCode, text }), statusCode };
  const tls = tlsWords(cause);
  const because = tls ?? (networkWords(cause, isWhole) || text || "The mail server did not answer.");
  if (isWhole) return notAccepted(because, { uncertain: true });
  return { outcome: "operator", because, mayPass: tls === null, statusCode };
}

/** The result of a mail that the server did not accept; it is tried again. */
export function notAccepted(
  because: string,
  { uncertain, statusCode = null }: { uncertain: boolean; statusCode?: number | null },
): AttemptResult {
  return { outcome: "transient", because, uncertain, statusCode };
}

/**
 * Whether an address was refused for its non-ASCII letters. A server without SMTPUTF8 refuses such addresses in many ways;
 * only 5.1.1 is about the mailbox itself.
 */
function isAboutLetters(to: string, statusCode: number | null, text: string): boolean {
  return statusCode !== null && statusCode >= 500 && /^[^@]*[^!-~]/.test(to) && !/\b5\.1\.1\b/.test(text);
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

/** The code of the system or of OpenSSL, which Nodemailer keeps beside its own. */
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

/** What a mail server answered, and to which command. `text` may be shown. */
type MailAnswer = { command: string; code: number; text: string };

const OUTCOMES = {
  gone: "permanent",
  full: "unavailable",
  content: "unavailable",
  relay: "operator",
  unsure: "doubtful",
} as const;

/**
 * What a refusal by a mail server means. Only an answer to the recipient (or, by servers that answer late, to the whole mail)
 * can be about the recipient. Whatever is refused before that is about the sender, and concerns the operator.
 */
function readRefusal({ command, code, text }: MailAnswer): AttemptOutcome {
  const refusal = readMailRefusal(parseRefusal(text, code));
  if (refusal === "passing") return { outcome: "transient", because: text, uncertain: false };
  if (command === "RCPT TO") return { outcome: OUTCOMES[refusal], because: text };
  if (command === "DATA") {
    // The server accepted the recipient, so the refusal is about this mail or its sender.
    return { outcome: refusal === "unsure" ? "unavailable" : OUTCOMES[refusal], because: text };
  }
  return code >= 500
    ? { outcome: "operator", because: text }
    : { outcome: "transient", because: text, uncertain: false };
}
