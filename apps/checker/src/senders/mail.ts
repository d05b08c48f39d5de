import { sanitised, type AlertMessage, type Outcome } from "@overdue/channels";
import { createTransport, type Transporter } from "nodemailer";

import type { Ending } from "./sender.ts";

/** Sends alerts as mail. Never throws. */
export type Mailer = { send(to: string, message: AlertMessage): Promise<Ending>; close(): void };
/** SMTP_URL and MAIL_FROM. `stopLink`: where whoever gets such a mail ends them. */
export type MailOptions = {
  smtpUrl: string | null;
  from: string;
  timeoutMs?: number;
  stopLink: (message: AlertMessage) => string;
  /** Where a mail that cannot be delivered comes back to; null: to the sender, where nobody reads it. */
  returnPath?: ((deliveryId: string, to: string) => string) | null;
};

const TIMEOUT_MS = 10_000;
const LOAD_AFTER_MS = 5_000;
const UNSET = "No mail server is set: the operator must set SMTP_URL.";

export function openMailer({
  smtpUrl,
  from,
  timeoutMs = TIMEOUT_MS,
  stopLink,
  returnPath = null,
}: MailOptions): Mailer {
  if (smtpUrl === null) return { send: () => Promise.resolve(failed(UNSET, false)), close: () => undefined };
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 8,
    connectionTimeout: timeoutMs / 2,
    greetingTimeout: timeoutMs / 2,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.on("error", () => undefined); // an idle connection of the pool died; the next mail opens another
  // Half a second's work to load: not while the rest starts, and not when the first alert waits for it.
  const loading = setTimeout(() => void import("@overdue/channels/email"), LOAD_AFTER_MS).unref();
  return {
    send: (to, message) =>
      bounded(sendMail({ transport, from, to, stopLink, returnPath }, message), timeoutMs),
    close: () => {
      clearTimeout(loading);
      transport.close();
    },
  };
}

type Way = Required<Pick<MailOptions, "from" | "stopLink" | "returnPath">> & {
  transport: Transporter;
  to: string;
};

async function sendMail(
  { transport, from, to, stopLink, returnPath }: Way,
  message: AlertMessage,
): Promise<Ending> {
  const { renderEmail } = await import("@overdue/channels/email");
  const stop = stopLink(message);
  try {
    const info: unknown = await transport.sendMail({
      from,
      to: { name: "", address: to },
      ...(returnPath !== null && { envelope: { from: returnPath(message.deliveryId, to), to } }),
      ...(await renderEmail(message, stop)),
      messageId: `<${message.deliveryId}@${domainOf(from)}>`,
      headers: { ...UNANSWERED, ...stopHeaders(stop) },
    });
    return { result: sent(info), statusCode: 250 };
  } catch (cause) {
    return refusal(cause);
  }
}

/** No holiday notes and receipts, please (RFC 3834, and Exchange's own); what cannot be delivered is to come back. */
const UNANSWERED = {
  "Auto-Submitted": "auto-generated",
  "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
};

/** RFC 8058: a mail program's own button posts to the address without asking, which it may only where it is https. */
function stopHeaders(stop: string): Record<string, string> {
  const address = { "List-Unsubscribe": `<${stop}>` };
  return stop.startsWith("https:")
    ? { ...address, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
    : address;
}

function sent(info: unknown): Outcome & { outcome: "sent" } {
  const answer = textIn(info, "response");
  return { outcome: "sent", providerRef: textIn(info, "messageId") || null, because: sanitised(answer) };
}

/** A 5xx to the recipient is for ever; to anything else it may be the server's mood or the operator's mistake. */
function refusal(cause: unknown): Ending {
  const statusCode = numberIn(cause, "responseCode");
  const command = textIn(cause, "command");
  const said = sanitised(textIn(cause, "response") || textIn(cause, "message"));
  if (command === "RCPT TO" && statusCode !== null && statusCode >= 500) {
    return { result: { outcome: "permanent", because: said }, statusCode };
  }
  const uncertain = statusCode === null && command === "DATA";
  return {
    result: { outcome: "transient", because: said || "The mail server did not answer.", uncertain },
    statusCode,
  };
}

async function bounded(sending: Promise<Ending>, timeoutMs: number): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const timer = setTimeout(
    () => resolve(failed(`No answer from the mail server within ${timeoutMs / 1_000} s.`, true)),
    timeoutMs,
  );
  try {
    return await Promise.race([sending, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function failed(because: string, uncertain: boolean): Ending {
  return { result: { outcome: "transient", because, uncertain }, statusCode: null };
}

function domainOf(from: string): string {
  return /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "overdue.invalid";
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
