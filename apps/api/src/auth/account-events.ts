import { type Db, findUser, logAccountEvent, type Tx } from "@overdue/db";

import { type AppContext, requirePerson } from "../http/context.ts";
import { notifySignInChanged, type SignInChange } from "./account-mails.ts";

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
