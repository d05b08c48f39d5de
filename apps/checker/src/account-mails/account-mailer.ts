import type { Config } from "@overdue/config";
import {
  type AccountMailRow,
  claimAccountMail,
  type Db,
  finishAccountMail,
  postponeAccountMail,
} from "@overdue/db";
import type { Logger } from "pino";

import { type Mailer, openMailer } from "../transports/mail.ts";
import { WakeLoop } from "../wake-loop.ts";
import { composeAccountMail } from "./compose-account-mail.ts";

const SWEEP_MS = 15_000;
/** One that a slow server holds does not hold up the others. */
const AT_ONCE = 4;
const ATTEMPTS_MAX = 12;
const FIRST_RETRY_SECONDS = 15;
const LAST_RETRY_SECONDS = 1_800;

/**
 * Sends mails about accounts: proof of an address, a new password, an invitation. They are no alerts, so they do not
 * wait behind any; a server that puts us off (greylisting does so at first sight) is asked again for some hours.
 */
export class AccountMailer {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #publicUrl: string;
  readonly #mailer: Mailer | null;
  readonly #loop: WakeLoop;

  constructor({ db, config, log }: { db: Db; config: Config; log: Logger }) {
    this.#db = db;
    this.#log = log;
    this.#publicUrl = config.publicUrl;
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
      onError: (error) =>
        log.error({ err: error }, "Mails about accounts could not be sent; trying again soon."),
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
      const mail = await claimAccountMail(this.#db);
      if (mail === null) return;
      await this.#send(mail);
    }
  }

  async #send(mail: AccountMailRow): Promise<void> {
    const composed = await composeAccountMail(this.#db, mail, this.#publicUrl);
    if (composed === null || this.#mailer === null) return await finishAccountMail(this.#db, mail.id);
    const { renderAccountMail } = await import("@overdue/channels/email");
    const result = await this.#mailer.sendRendered(mail.email, {
      ...(await renderAccountMail(composed)),
      id: mail.id,
    });
    if (result.outcome === "sent") return await finishAccountMail(this.#db, mail.id);
    const isGivenUp = result.outcome === "permanent" || mail.attempts >= ATTEMPTS_MAX;
    const facts = { kind: mail.kind, attempt: mail.attempts, because: result.because };
    this.#log.warn(
      facts,
      isGivenUp ? "A mail about an account was given up." : "A mail about an account waits.",
    );
    if (isGivenUp) return await finishAccountMail(this.#db, mail.id);
    const seconds = FIRST_RETRY_SECONDS * 2 ** (mail.attempts - 1);
    await postponeAccountMail(this.#db, mail.id, Math.min(seconds, LAST_RETRY_SECONDS));
  }
}
