import { PassThrough } from "node:stream";
import { sanitise, type AlertMessage } from "@overdue/channels";
import type { RenderedEmail } from "@overdue/channels/email";
import { asciiDomain, type AttemptResult, NO_MAIL_SERVER, withAsciiDomain } from "@overdue/core";

import { mailFailure, notTaken, type MailProgress } from "./mail-failure.ts";
import { openTransport, SMTP_WAITS, type SmtpSettings, type SmtpWaits } from "./smtp-connections.ts";

/** Sends alerts as mail. Never throws. */
export type Mailer = {
  /** May take minutes, because some mail servers scan a mail before they answer. */
  send(to: string, message: AlertMessage): Promise<AttemptResult>;
  /**
   * Sends a mail that is no alert, such as a link to a new password. `id`: the same for each attempt. `stopUrl`: where its
   * reader ends such mails.
   */
  sendRendered(to: string, mail: RenderedMail): Promise<AttemptResult>;
  /** Ends what is under way within seconds, since this process is about to end. */
  hurry(): void;
  close(): void;
};

type RenderedMail = RenderedEmail & { id: string; stopUrl?: string };

/** SMTP_URL and the like, and MAIL_FROM. `stopLink`: where the reader of such a mail ends them. */
export type MailOptions = {
  smtpUrl: string | null;
  smtp?: Omit<SmtpSettings, "url">;
  from: string;
  waits?: Partial<SmtpWaits>;
  /** How long a stop waits for answers; 5 s by default. */
  hurryMs?: number;
  stopLink: (message: AlertMessage) => string;
  /** Where a mail that cannot be delivered comes back to; null: to the sender, where nobody reads it. */
  returnPath?: ((deliveryId: string, to: string) => string) | null;
};

const LOAD_AFTER_MS = 5_000;
const HURRY_MS = 5_000;

export function openMailer(options: MailOptions): Mailer {
  const { smtpUrl, smtp, waits } = options;
  if (smtpUrl === null) {
    const ending: AttemptResult = { outcome: "operator", because: NO_MAIL_SERVER, statusCode: null };
    const unset = () => Promise.resolve(ending);
    return { send: unset, sendRendered: unset, hurry: () => undefined, close: () => undefined };
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
    // Loading it takes half a second: neither the start nor the first alert should wait for that.
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
      headers: { ...UNANSWERED, ...(stopUrl !== undefined && stopHeaders(stopUrl)) },
    };
    return this.#deliver(to, () => Promise.resolve(mail));
  }

  async #deliver(to: string, compose: () => Promise<object>): Promise<AttemptResult> {
    const progress: MailProgress = { to, isWhole: false };
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#waits.mail)]);
    try {
      const mail = Object.assign(await compose(), { progress, signal });
      return sent(await this.#transport.sendMail(mail));
    } catch (cause) {
      if (!signal.aborted) return mailFailure(cause, progress);
      const because = this.#stopping.signal.aborted
        ? "Overdue was stopped before the mail server answered."
        : `The mail server did not take the mail within ${this.#waits.mail / 60_000} min.`;
      return notTaken(because, { uncertain: progress.isWhole });
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
    // Every mail server understands this form; SMTPUTF8 is needed for the part before the @ alone.
    const address = withAsciiDomain(to);
    return {
      from,
      to: { name: "", address },
      ...(returnPath && { envelope: { from: returnPath(message.deliveryId, to), to: address } }),
      ...(await renderEmail(message, stop)),
      ...threadHeaders(message, domainOf(from)),
      headers: { ...UNANSWERED, ...stopHeaders(stop) },
    };
  }
}

type Plugin = Parameters<ReturnType<typeof openTransport>["use"]>[1];

/** Once its last byte is read the whole mail is on its way, and nobody can know that it was not taken. */
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

/** Asks for no holiday notes and no receipts (RFC 3834, and Exchange's own headers), but for reports of what cannot be delivered. */
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

function sent({ response, messageId }: { response: string; messageId: string }): AttemptResult {
  const result = { outcome: "sent", providerRef: messageId, because: sanitise(response) } as const;
  return { ...result, statusCode: 250 };
}

function domainOf(from: string): string {
  const domain = /@([\p{L}\p{N}.-]+)/u.exec(from)?.[1] ?? "";
  return asciiDomain(domain) ?? "overdue.invalid";
}

/**
 * Headers by which a mail program shows the mails of one incident, or of one storm, together. The first reference stands
 * for the incident and is never sent, so that they belong together whichever of them arrive (RFC 5322, 3.6.4). The
 * Message-ID is the same for every attempt: a mail server may drop a repeat.
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
