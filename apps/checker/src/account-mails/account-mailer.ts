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

import { composeDeletion, composeEmailChange, composeEmailChanged } from "./change-mails.ts";
import { MailQueue, type MailSource } from "../transports/mail-queue.ts";

/**
 * Sends mails about accounts: the confirmation of an address, a new password, an invitation. They have their own queue, so
 * that they do not wait behind alerts.
 */
export function openAccountMails(of: { db: Db; config: Config; log: Logger }): MailQueue<AccountMailRow> {
  const { db, config } = of;
  const source: MailSource<AccountMailRow> = {
    noun: "Mails about accounts",
    claim: () => claimAccountMail(db),
    compose: async (mail) => {
      const composed = await composeAccountMail(db, mail, config.publicUrl);
      if (composed === null) return null;
      const { renderAccountMail } = await import("@overdue/channels/email");
      return { to: mail.email, ...(await renderAccountMail(composed)) };
    },
    finish: (id) => finishAccountMail(db, id),
    postpone: (id, seconds) => postponeAccountMail(db, id, seconds),
  };
  return new MailQueue(source, of);
}

const NOT_YOU = "If this was not you, do nothing: without the link nothing happens.";
const ROLE_WORDS = { owner: "an owner", admin: "an admin", member: "a member", viewer: "a viewer" };

/**
 * Composes a queued mail when it is sent, not when it is requested: the response to the request, or its duration, must not
 * reveal whether the address has an account. A mail to an unconfirmed address contains nothing that other people typed,
 * except the confirmed address of a person who invites. Null: nothing is to be sent.
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
    case "sign-in-changed":
      return await composeSignInChanged(to);
    case "sign-in":
      return await composeSignIn(to);
    case "email-change":
      return await composeEmailChange(to);
    case "email-changed":
      return await composeEmailChanged(to);
    case "account-deletion":
      return await composeDeletion(to);
    case "plan":
      return await composePlan(to);
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

async function composeSignIn({ db, mail: { email }, publicUrl }: To): Promise<AccountMail | null> {
  const user = await findUserByEmail(db, email);
  // An address that is not confirmed may have been registered by somebody else.
  if (user === null || !user.emailVerified) return null;
  const token = await newAccountToken(db, { purpose: "sign-in", email, userId: user.id });
  return {
    subject: "Sign in to Overdue",
    sentences: ["Open this link to sign in. It works once, for 15 minutes.", NOT_YOU],
    button: { label: "Sign in", url: `${publicUrl}/sign-in-link?token=${token}` },
    reason: `Sent by Overdue, since somebody asked for it for this address at ${publicUrl}.`,
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
  const place = invitation.projectId === null ? "an organization" : "a project";
  const inviter = invitation.invitedBy ?? "An owner";
  return {
    subject: `You are invited to ${place} in Overdue`,
    sentences: [
      `${inviter} invites you to ${place} as ${ROLE_WORDS[role]}. Overdue watches jobs, and alerts people when one does not run.`,
      "Open this link to see its name, and accept or decline. It works once, for three days. Nothing happens unless you accept.",
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

/** A mail whose words were decided when it was queued, for the person who has the address still. */
async function composePlan({ db, mail: { email, said }, publicUrl }: To): Promise<AccountMail | null> {
  const user = await findUserByEmail(db, email);
  if (user === null || !user.emailVerified || said === null) return null;
  const { subject, sentences, button: label, path } = said;
  return {
    subject,
    sentences,
    button: { label, url: `${publicUrl}${path}` },
    reason: `Sent by Overdue, since you own this organization at ${publicUrl}, or operate that instance.`,
  };
}

/** What may have changed about how a person signs in, as `sign-in-changed` names it. */
const CHANGES: Record<string, string> = {
  "authenticator-on": "An authenticator app now protects this account: signing in needs its code too.",
  "authenticator-off": "The authenticator app was removed: signing in needs no code any more.",
  "recovery-codes": "New recovery codes were made, and the former ones ended.",
  "recovery-code-used": "Somebody signed in with a recovery code in place of the authenticator app.",
  "passkey-added": "A passkey was added, with which one can sign in.",
  "passkey-removed": "A passkey was removed.",
};

async function composeSignInChanged({ db, mail, publicUrl }: To): Promise<AccountMail | null> {
  const user = await findUserByEmail(db, mail.email);
  const sentence = CHANGES[mail.name ?? ""];
  if (user === null || !user.emailVerified || sentence === undefined) return null;
  return {
    subject: "How you sign in to Overdue has changed",
    sentences: [
      sentence,
      "If this was not you, choose a new password at once: “Forgot password?” on the sign-in page; then look at “Signing in” on the page of your account.",
    ],
    button: { label: "Your account", url: `${publicUrl}/account` },
    reason: `Sent by Overdue to the address of your account at ${publicUrl}.`,
  };
}
