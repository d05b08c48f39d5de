import type { AccountMail } from "@overdue/channels/email";
import type { Config } from "@overdue/config";
import {
  type AccountMailRow,
  claimAccountMail,
  type Db,
  findInvitation,
  findUserByEmail,
  finishAccountMail,
  newAccountToken,
  postponeAccountMail,
} from "@overdue/db";
import type { Logger } from "pino";

import { type Mailer, openMailer } from "../transports/mail.ts";
import { WakeLoop } from "../wake-loop.ts";

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

const NOT_YOU = "If this was not you, do nothing: without the link nothing happens.";
const ROLE_WORDS = { owner: "an owner", editor: "an editor", viewer: "a viewer" };

/**
 * Decides what a queued mail says, now that it is sent: the request that queued it must not show, by its answer or its
 * time, whether the address has an account. Nothing that somebody else typed stands in a mail to an address that is
 * not proven; only the proven address of the person who invites does. Null: nothing is to be sent.
 */
async function composeAccountMail(
  db: Db,
  mail: AccountMailRow,
  publicUrl: string,
): Promise<AccountMail | null> {
  const to = { db, mail, publicUrl };
  switch (mail.kind) {
    case "sign-up":
      return await composeSignUp(to);
    case "verify":
      return await composeVerify(to);
    case "reset":
      return await composeReset(to);
    case "invitation":
      return await composeInvitation(to);
    case "password-changed":
      return await composePasswordChanged(to);
  }
}

type To = { db: Db; mail: AccountMailRow; publicUrl: string };

async function composeSignUp({ db, mail: { email, name }, publicUrl }: To): Promise<AccountMail> {
  const reason = `Sent by Overdue, since somebody typed this address into the sign-up page of ${publicUrl}.`;
  if ((await findUserByEmail(db, email)) !== null) {
    return {
      subject: "You have an Overdue account already",
      sentences: [
        "Somebody asked for an account with this address, which has one. Sign in with it.",
        "If you have forgotten the password, the sign-in page has “Forgot password?”.",
      ],
      button: { label: "Sign in", url: `${publicUrl}/sign-in` },
      reason,
    };
  }
  const token = await newAccountToken(db, { purpose: "sign-up", email, name });
  return {
    subject: "Confirm your address for Overdue",
    sentences: [
      "Open this link to confirm that this address is yours, and choose a password. It works once, for a day.",
      NOT_YOU,
    ],
    button: { label: "Confirm the address", url: `${publicUrl}/finish-sign-up?token=${token}` },
    reason,
  };
}

async function composeVerify({ db, mail: { email }, publicUrl }: To): Promise<AccountMail | null> {
  const user = await findUserByEmail(db, email);
  if (user === null || user.emailVerified) return null;
  const token = await newAccountToken(db, { purpose: "verify", email, userId: user.id });
  return {
    subject: "Confirm your address for Overdue",
    sentences: [
      "Open this link to confirm that the Overdue account with this address is yours. It works once, for a day.",
      NOT_YOU,
    ],
    button: { label: "Confirm the address", url: `${publicUrl}/verify-address?token=${token}` },
    reason: `Sent by Overdue, since the account with this address at ${publicUrl} asked for it.`,
  };
}

async function composeReset({ db, mail: { email }, publicUrl }: To): Promise<AccountMail | null> {
  const user = await findUserByEmail(db, email);
  if (user === null) return null;
  const token = await newAccountToken(db, { purpose: "reset", email, userId: user.id });
  return {
    subject: "Choose a new password for Overdue",
    sentences: [
      "Open this link to choose a new password. It works once, for an hour, and ends all sessions of the account.",
      "If this was not you, do nothing: the password stays as it is.",
    ],
    button: { label: "Choose a new password", url: `${publicUrl}/reset-password?token=${token}` },
    reason: `Sent by Overdue, since somebody asked for a new password for this address at ${publicUrl}.`,
  };
}

async function composeInvitation({ db, mail, publicUrl }: To): Promise<AccountMail | null> {
  const invitation = mail.invitationId === null ? null : await findInvitation(db, mail.invitationId);
  if (invitation === null) return null;
  const { id: invitationId, email, role } = invitation;
  const token = await newAccountToken(db, { purpose: "invitation", email, invitationId });
  const inviter = invitation.invitedBy ?? "An owner";
  return {
    subject: "You are invited to a project in Overdue",
    sentences: [
      `${inviter} invites you to a project as ${ROLE_WORDS[role]}. Overdue watches jobs, and alerts people when one does not run.`,
      "Open this link to see the project's name, and accept or decline. It works once, for three days. Nothing happens unless you accept.",
    ],
    button: { label: "See the invitation", url: `${publicUrl}/invitation?token=${token}` },
    reason: `Sent by Overdue, since ${inviter} typed this address at ${publicUrl}.`,
  };
}

async function composePasswordChanged({ db, mail: { email }, publicUrl }: To): Promise<AccountMail | null> {
  const user = await findUserByEmail(db, email);
  if (user === null || !user.emailVerified) return null;
  return {
    subject: "Your Overdue password was changed",
    sentences: [
      `The password of this account was changed at ${new Date().toISOString().replace("T", " ").slice(0, 16)} UTC, and other sessions were ended.`,
      "If this was not you, choose a new password at once: “Forgot password?” on the sign-in page.",
    ],
    button: { label: "Sign in", url: `${publicUrl}/sign-in` },
    reason: `Sent by Overdue to the address of your account at ${publicUrl}.`,
  };
}
