import { type Db, queueAccountMail, type Tx } from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";

type Mail = Parameters<typeof queueAccountMail>[1];

/**
 * Queues a mail about an account, unless its address had too many of that kind lately. The answer is the same in either
 * case, and takes as long whether or not the address has an account.
 */
export async function sendAccountMail(c: AppContext, mail: Mail): Promise<void> {
  const { db, limits } = c.var.deps;
  const state = await limits.accountMail(mail.email, mail.kind);
  if (!state.isRefused) await queueAccountMail(db, mail);
}

/** Tells a person of a change of their account, where mails can be sent. */
export async function notifyPasswordChanged(c: AppContext, db: Db | Tx, email: string): Promise<void> {
  if (c.var.deps.settings.mail) await queueAccountMail(db, { kind: "password-changed", email });
}

/** An address counts only once its reader has opened a link that we sent. */
export function mustProveAddress(c: AppContext): boolean {
  const { mail, emailVerification } = c.var.deps.settings;
  return mail && emailVerification;
}

/** @throws 403 where no mail can be sent */
export function requireMail(c: AppContext, wayOut: string): void {
  if (c.var.deps.settings.mail) return;
  throw new ApiError("forbidden", `No mail server is set here, so no mail can be sent. ${wayOut}`);
}
