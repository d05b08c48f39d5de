import type { RenderedEmail } from "@overdue/channels/email";
import type { Config } from "@overdue/config";
import type { Logger } from "pino";

import { type Mailer, openMailer } from "./mail.ts";
import { WakeLoop } from "../wake-loop.ts";

const SWEEP_MS = 15_000;
/** Several at once, so that a mail to a slow server does not hold up the others. */
const AT_ONCE = 4;
const ATTEMPTS_MAX = 12;
const FIRST_RETRY_SECONDS = 15;
const LAST_RETRY_SECONDS = 1_800;

/** A mail that is ready to be sent. `stopUrl`: where its recipient can unsubscribe, if that is possible. */
type QueuedMail = RenderedEmail & { to: string; stopUrl?: string };

/** Mails that wait in a table. A claimed mail is not given to anybody else for half an hour. */
export type MailSource<Row extends { id: string; attempts: number }> = {
  /** What the mails are, for the start of a log line. */
  noun: string;
  claim: () => Promise<Row | null>;
  /** Composes the mail just before it is sent; null: it must not be sent any more. */
  compose: (row: Row) => Promise<QueuedMail | null>;
  /** Called when the mail server accepted it, or it is not sent, or was given up. */
  finish: (id: string) => Promise<void>;
  postpone: (id: string, seconds: number) => Promise<void>;
  /** Called when there is certainly no such mailbox; left out if nothing follows from that. */
  refused?: (id: string, because: string) => Promise<void>;
};

/**
 * Sends mails other than alerts, so that neither wait for the other. If the server refuses a mail for now (as greylisting
 * does at first), it is tried again for some hours.
 */
export class MailQueue<Row extends { id: string; attempts: number }> {
  readonly #source: MailSource<Row>;
  readonly #log: Logger;
  readonly #mailer: Mailer | null;
  readonly #loop: WakeLoop;

  constructor(source: MailSource<Row>, { config, log }: { config: Config; log: Logger }) {
    this.#source = source;
    this.#log = log;
    // Without a mail server nothing is claimed: what waits is sent once one is set, or pruned.
    this.#mailer =
      config.smtpUrl === null
        ? null
        : openMailer({
            smtpUrl: config.smtpUrl,
            smtp: config.smtp,
            from: config.mailFrom,
            stopLink: () => "",
          });
    this.#loop = new WakeLoop({
      look: () => this.#look(),
      sweepMs: SWEEP_MS,
      onError: (error) => log.error({ err: error }, `${source.noun} could not be sent; trying again soon.`),
    });
  }

  wake(): void {
    if (this.#mailer !== null) this.#loop.wake();
  }

  async stop(): Promise<void> {
    this.#mailer?.hurry();
    await this.#loop.stop();
    this.#mailer?.close();
  }

  async #look(): Promise<number> {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#drain()));
    return SWEEP_MS;
  }

  async #drain(): Promise<void> {
    while (!this.#loop.stopped) {
      const row = await this.#source.claim();
      if (row === null) return;
      await this.#send(row);
    }
  }

  async #send(row: Row): Promise<void> {
    const { noun, compose, finish, postpone, refused } = this.#source;
    const mail = await compose(row);
    if (mail === null || this.#mailer === null) return await finish(row.id);
    const { to, ...rendered } = mail;
    const result = await this.#mailer.sendRendered(to, { ...rendered, id: row.id });
    if (result.outcome === "sent") return await finish(row.id);
    const isGivenUp = result.outcome === "permanent" || row.attempts >= ATTEMPTS_MAX;
    const facts = { mailId: row.id, attempt: row.attempts, because: result.because };
    this.#log.warn(facts, isGivenUp ? `${noun}: one was given up.` : `${noun}: one waits.`);
    if (result.outcome === "permanent") await refused?.(row.id, result.because);
    if (isGivenUp) return await finish(row.id);
    const seconds = FIRST_RETRY_SECONDS * 2 ** (row.attempts - 1);
    await postpone(row.id, Math.min(seconds, LAST_RETRY_SECONDS));
  }
}
