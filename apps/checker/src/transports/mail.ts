import { PassThrough } from "node:stream";
import { sanitise, type AlertMessage } from "@overdue/channels";
import type { RenderedEmail } from "@overdue/channels/email";
import { asciiDomain, type AttemptResult, NO_MAIL_SERVER, withAsciiDomain } from "@overdue/core";

import { mailFailure, notAccepted, type MailProgress } from "./mail-failure.ts";
import { openTransport, SMTP_WAITS, type SmtpSettings, type SmtpWaits } from "./smtp-connections.ts";

/** Sends alerts as mail. Never throws. */
export type Mailer = {
  /** May take minutes, because some mail servers scan a mail before they answer. */
  send(to: string, message: AlertMessage): Promise<AttemptResult>;
  /**
   * Sends a mail other than an alert, such as a link to a new password. `id`: the same for each attempt. `stopUrl`: where
   * its recipient can unsubscribe.
   */
  sendRendered(to: string, mail: RenderedMail): Promise<AttemptResult>;
  /** Ends what is under way within seconds, because this process is about to end. */
  hurry(): void;
  close(): void;
};

type RenderedMail = RenderedEmail & { id: string; stopUrl?: string };

/** The SMTP settings, and MAIL_FROM. `stopLink`: where the recipient of an alert can unsubscribe. */
export type MailOptions = {
  smtpUrl: string | null;
  smtp?: Omit<SmtpSettings, "url">;
  from: string;
  waits?: Partial<SmtpWaits>;
  /** How long `hurry` waits for answers; 5 s by default. */
  hurryMs?: number;
  stopLink: (message: AlertMessage) => string;
  /** The address for bounces; null: they go to the sender's address, where nobody reads them. */
  returnPath?: ((deliveryId: string, to: string) => string) | null;
};

const LOAD_AFTER_MS = 5_000;
const HURRY_MS = 5_000;

export function openMailer(options: MailOptions): Mailer {
  const { smtpUrl, smtp, waits } = options;
  if (smtpUrl === null) {
    const result: AttemptResult = { outcome: "operator", because: NO_MAIL_SERVER, statusCode: null };
    const refuse = () => Promise.resolve(result);
    return { send: refuse, sendRendered: refuse, hurry: () => undefined, close: () => undefined };
  }
  return new SmtpMailer(options, { ...smtp, url: smtpUrl }, { ...SMTP_WAITS, ...waits });
}

class SmtpMailer implements Mailer {
  readonly #options: MailOptions;
  readonly #waits: SmtpWaits;
  readonly #transport: ReturnType<typeof openTransport>;
  readonly #stopping = new AbortController();
  readonly #loading: NodeJS.Timeout;

  constructor(options: MailOptions, settings: SmtpSettings, waits: SmtpWaits) {
    this.#options = options;
    this.#waits = waits;
    this.#transport = openTransport(settings, waits);
    this.#transport.use("stream", watchProgress);
    // Loading the renderer takes half a second, for which neither the start nor the first alert should wait.
    this.#loading = setTimeout(() => void import("@overdue/channels/email"), LOAD_AFTER_MS).unref();
  }

  send(to: string, message: AlertMessage): Promise<AttemptResult> {
    return this.#deliver(to, () => this.#mail(to, message));
  }

  sendRendered(to: string, { id, stopUrl, ...rendered }: RenderedMail): Promise<AttemptResult> {
    const { from } = this.#options;
    const mail = {
      from,
      to: { name: "", address: withAsciiDomain(to) },
      ...rendered,
      messageId: `<${id}@${domainOf(from)}>`,
      headers: { ...NO_AUTO_REPLY, ...(stopUrl !== undefined && stopHeaders(stopUrl)) },
    };
    return this.#deliver(to, () => Promise.resolve(mail));
  }

  async #deliver(to: string, compose: () => Promise<object>): Promise<AttemptResult> {
    const progress: MailProgress = { to, isWhole: false };
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#waits.mail)]);
    try {
      const mail = Object.assign(await compose(), { progress, signal });
      return sentResult(await this.#transport.sendMail(mail));
    } catch (cause) {
      if (!signal.aborted) return mailFailure(cause, progress);
      const because = this.#stopping.signal.aborted
        ? "Overdue was stopped before the mail server answered."
        : `The mail server did not accept the mail within ${this.#waits.mail / 60_000} min.`;
      return notAccepted(because, { uncertain: progress.isWhole });
    }
  }

  hurry(): void {
    setTimeout(() => this.#stopping.abort(), this.#options.hurryMs ?? HURRY_MS).unref();
  }

  close(): void {
    clearTimeout(this.#loading);
    this.#transport.close();
  }

  async #mail(to: string, message: AlertMessage) {
    const { from, stopLink, returnPath } = this.#options;
    const { renderEmail } = await import("@overdue/channels/email");
    const stop = stopLink(message);
    // Every mail server accepts an ASCII domain; SMTPUTF8 is needed only for the part before the @.
    const address = withAsciiDomain(to);
    return {
      from,
      to: { name: "", address },
      ...(returnPath && { envelope: { from: returnPath(message.deliveryId, to), to: address } }),
      ...(await renderEmail(message, stop)),
      ...threadHeaders(message, domainOf(from)),
      headers: { ...NO_AUTO_REPLY, ...stopHeaders(stop) },
    };
  }
}

type Plugin = Parameters<ReturnType<typeof openTransport>["use"]>[1];

/** Notes when the last byte of a mail was read: the whole mail is on its way then, and may have been accepted. */
const watchProgress: Plugin = ({ data, message }, done) => {
  const { progress } = data as { progress?: MailProgress };
  message?.transform(() => {
    const through = new PassThrough();
    through.once("end", () => {
      if (progress !== undefined) progress.isWhole = true;
    });
    return through;
  });
  done();
};

/** Suppresses absence notes and receipts (RFC 3834, and Exchange's own headers), but not bounces. */
const NO_AUTO_REPLY = {
  "Auto-Submitted": "auto-generated",
  "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
};

/** Headers for a mail program's unsubscribe button. It may post without asking only to https addresses (RFC 8058). */
function stopHeaders(stop: string): Record<string, string> {
  const address = { "List-Unsubscribe": `<${stop}>` };
  return stop.startsWith("https:")
    ? { ...address, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
    : address;
}

function sentResult({ response, messageId }: { response: string; messageId: string }): AttemptResult {
  const result = { outcome: "sent", providerRef: messageId, because: sanitise(response) } as const;
  return { ...result, statusCode: 250 };
}

function domainOf(from: string): string {
  const domain = /@([\p{L}\p{N}.-]+)/u.exec(from)?.[1] ?? "";
  return asciiDomain(domain) ?? "overdue.invalid";
}

/**
 * Headers that make mail programs show the mails of one incident, or of one storm, together. The first reference stands for
 * the incident itself and is never sent as a mail, so they belong together whichever of them arrive (RFC 5322, 3.6.4). The
 * Message-ID is the same for every attempt, so that a mail server can drop a repeat.
 */
function threadHeaders(message: AlertMessage, domain: string) {
  const idOf = (name: string) => `<${name}@${domain}>`;
  const messageId = idOf(message.deliveryId);
  const topic = topicOf(message);
  if (topic === null) return { messageId };
  const earlier = [topic, ...(message.facts.sentBefore ?? [])].map(idOf);
  return { messageId, inReplyTo: earlier.at(-1), references: earlier };
}

function topicOf({ facts }: AlertMessage): string | null {
  if (facts.group) return facts.group.storm === null ? null : `storm-${facts.group.storm.id}`;
  return facts.incident === null ? null : `incident-${facts.incident.id}`;
}
