import { NO_MAIL_SERVER } from "@overdue/core";
import { type Db, findUser, logAccountEvent, queueAccountMail, type Tx } from "@overdue/db";

import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";

type AccountEvent = Omit<Parameters<typeof logAccountEvent>[1], "at" | "address">;

/** Writes what a person did with their account into the audit log, with the time and the client's address. */
export async function recordAccountEvent(c: AppContext, db: Db | Tx, event: AccountEvent): Promise<void> {
  const { now, clientAddress } = c.var.deps;
  await logAccountEvent(db, { ...event, at: now(), address: clientAddress(c) });
}

/** Writes a change of how the caller signs in into the audit log, and queues the mail about it. */
export async function recordSignInChange(c: AppContext, tx: Tx, change: SignInChange): Promise<void> {
  const { userId } = requirePerson(c);
  await recordAccountEvent(c, tx, { userId, action: `account.${change}` });
  const user = await findUser(tx, userId);
  if (user !== null) await notifySignInChanged(c, tx, { email: user.email, change });
}

type Mail = Parameters<typeof queueAccountMail>[1];

/**
 * Queues a mail about an account, unless its address had too many of that kind lately. The response is the same in either
 * case, and takes the same time whether or not the address has an account.
 */
export async function queueAccountMailWithinLimit(c: AppContext, mail: Mail): Promise<void> {
  const { db, limits } = c.var.deps;
  const state = await limits.accountMail(mail.email, mail.kind);
  if (!state.isRefused) await queueAccountMail(db, mail);
}

/** Mails a person that their password was changed, if a mail server is set. */
export async function notifyPasswordChanged(c: AppContext, db: Db | Tx, email: string): Promise<void> {
  if (c.var.deps.settings.mail) await queueAccountMail(db, { kind: "password-changed", email });
}

/** A change of how a person signs in, as the mail about it names it. */
type SignInChange =
  | "authenticator-on"
  | "authenticator-off"
  | "recovery-codes"
  | "recovery-code-used"
  | "passkey-added"
  | "passkey-removed";

/** Mails a person that the way they sign in has changed, if a mail server is set. */
export async function notifySignInChanged(
  c: AppContext,
  db: Db | Tx,
  { email, change }: { email: string; change: SignInChange },
): Promise<void> {
  if (c.var.deps.settings.mail) await queueAccountMail(db, { kind: "sign-in-changed", email, name: change });
}

/** Whether an address must be confirmed by a mailed link before its account counts. */
export function mustVerifyAddress(c: AppContext): boolean {
  const { mail, emailVerification } = c.var.deps.settings;
  return mail && emailVerification;
}

/** Requires a mail server. `wayOut`: a sentence that says what helps without one. @throws 403 */
export function requireMail(c: AppContext, wayOut?: string): void {
  if (c.var.deps.settings.mail) return;
  throw new ApiError("forbidden", wayOut === undefined ? NO_MAIL_SERVER : `${NO_MAIL_SERVER} ${wayOut}`);
}
