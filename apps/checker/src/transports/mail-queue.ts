import type { RenderedEmail } from "@overdue/channels/email";
import type { Config } from "@overdue/config";
import type { Logger } from "pino";

import { type Mailer, openMailer } from "./mail.ts";
import { WakeLoop } from "../wake-loop.ts";

const SWEEP_MS = 15_000;
/** One that a slow server holds does not hold up the others. */
const AT_ONCE = 4;
const ATTEMPTS_MAX = 12;
const FIRST_RETRY_SECONDS = 15;
const LAST_RETRY_SECONDS = 1_800;

/** A mail as it is to be sent now. `stopUrl`: where its reader ends such mails, if they can. */
type QueuedMail = RenderedEmail & { to: string; stopUrl?: string };

/** Mails that wait in a table. A mail that is claimed is nobody else's for half an hour. */
export type MailSource<Row extends { id: string; attempts: number }> = {
  /** What the mails are, as the beginning of a log line. */
  noun: string;
  claim: () => Promise<Row | null>;
  /** What the mail says, now that it is sent; null: nothing is to be sent any more. */
  compose: (row: Row) => Promise<QueuedMail | null>;
  /** It was taken by the mail server, is not to be sent, or was given up. */
  finish: (id: string) => Promise<void>;
  postpone: (id: string, seconds: number) => Promise<void>;
  /** The mail server said for certain that there is no such mailbox; left out where nothing follows from that. */
  refused?: (id: string, because: string) => Promise<void>;
};

/**
 * Sends mails that are no alerts, so that neither wait for the other. A server that puts us off (greylisting does so at
 * first sight) is asked again for some hours.
 */
export class MailQueue<Row extends { id: string; attempts: number }> {
  readonly #source: MailSource<Row>;
  readonly #log: Logger;
  readonly #mailer: Mailer | null;
  readonly #loop: WakeLoop;

  constructor(source: MailSource<Row>, { config, log }: { config: Config; log: Logger }) {
    this.#source = source;
    this.#log = log;
    // Without a mail server nothing is claimed: what waits goes out once one is set, or is pruned.
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
