import type { AccountMail } from "@overdue/channels/email";
import {
  type AccountMailRow,
  type Db,
  DELETION_DAYS,
  findDeletion,
  findEmailChange,
  findUser,
  findUserByEmail,
  newAccountToken,
} from "@overdue/db";

type To = { db: Db; mail: AccountMailRow; publicUrl: string };

/** To both addresses of a change. The new one may be a stranger's: its mail holds nothing that somebody typed. */
export async function composeEmailChange({ db, mail, publicUrl }: To): Promise<AccountMail | null> {
  const userId = mail.userId ?? "";
  const [user, change] = await Promise.all([findUser(db, userId), findEmailChange(db, userId)]);
  if (user === null || change === null) return null;
  const link = async () => {
    const token = await newAccountToken(db, { purpose: "email-change", email: mail.email, userId });
    return { label: "Confirm or stop the change", url: `${publicUrl}/email-change?token=${token}` };
  };
  if (mail.email === user.email && change.oldConfirmedAt === null)
    return {
      subject: "Confirm the new address of your Overdue account",
      sentences: [
        `The address of this account is to become ${change.newEmail}. It changes once you confirm this here, and there too.`,
        "If this was not you, open the link and stop the change: that also ends every session of the account. Then choose a new password.",
      ],
      button: await link(),
      reason: `Sent by Overdue to the address of your account at ${publicUrl}.`,
    };
  if (mail.email !== change.newEmail) return null;
  const reason = `Sent by Overdue, since somebody typed this address as the new one of an account at ${publicUrl}.`;
  if ((await findUserByEmail(db, mail.email)) !== null)
    return {
      subject: "You have an Overdue account already",
      sentences: [
        "Somebody asked to give another account this address, which has an account. Nothing changes.",
        "If this was you, and you want to keep the other account, delete the one with this address first.",
      ],
      button: { label: "Sign in", url: `${publicUrl}/sign-in` },
      reason,
    };
  return {
    subject: "Confirm your address for Overdue",
    sentences: [
      "Open this link to confirm that this address is yours, and shall be the one of an Overdue account. It works once, for a day.",
      "If this was not you, do nothing: without the link nothing happens.",
    ],
    button: await link(),
    reason,
  };
}

/** To the former address, after the change. */
export async function composeEmailChanged({ db, mail, publicUrl }: To): Promise<AccountMail | null> {
  const user = mail.userId === null ? null : await findUser(db, mail.userId);
  if (user === null) return null;
  return {
    subject: "The address of your Overdue account was changed",
    sentences: [
      `Both addresses have confirmed it: this account has the address ${user.email} now. Mails and links go there.`,
      "If this was not you, ask the operator of this instance at once.",
    ],
    button: null,
    reason: `Sent by Overdue to the former address of an account at ${publicUrl}.`,
  };
}

/** A deletion that was scheduled, could not be carried out, or is done. */
export async function composeDeletion({ db, mail, publicUrl }: To): Promise<AccountMail | null> {
  const reason = `Sent by Overdue to the address of your account at ${publicUrl}.`;
  if (mail.name === "done")
    return {
      subject: "Your Overdue account was deleted",
      sentences: ["The account with this address is gone. Thank you for having used Overdue."],
      button: null,
      reason: `Sent by Overdue to the address of a former account at ${publicUrl}.`,
    };
  const userId = mail.userId ?? "";
  if (mail.name === "stopped")
    return {
      subject: "Your Overdue account was not deleted",
      sentences: [
        "You have become the only owner of an organization with other people, or the only operator of the instance, since you asked for the deletion. So the account stays.",
        "Make somebody else an owner, or delete the organization, and ask for the deletion again.",
      ],
      button: { label: "Your account", url: `${publicUrl}/account` },
      reason,
    };
  const deletion = await findDeletion(db, userId);
  if (deletion === null) return null;
  const token = await newAccountToken(db, { purpose: "account-deletion", email: mail.email, userId });
  const at = deletion.deleteAfter.toISOString().replace("T", " ").slice(0, 16);
  return {
    subject: "Your Overdue account will be deleted",
    sentences: [
      `This account will be deleted at ${at} UTC, in ${DELETION_DAYS} days. Until then everything works as before, and you can take it back.`,
      "If this was not you, open the link and keep the account; then choose a new password.",
    ],
    button: { label: "Keep the account", url: `${publicUrl}/keep-account?token=${token}` },
    reason,
  };
}
