import { eq, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { accountMails } from "../schema/index.ts";

export type AccountMailRow = typeof accountMails.$inferSelect;
type AccountMailKind = AccountMailRow["kind"];

/** A mail about an account. `name`: the person's name, or which of several mails of its kind it is. */
type NewAccountMail = {
  kind: AccountMailKind;
  email: string;
  name?: string | null;
  userId?: string | null;
  invitationId?: string | null;
  /** What it says, where that is decided now. */
  said?: AccountMailRow["said"];
};

/** Longer than any attempt; after this time another checker takes the mail over. */
const LEASE_SECONDS = 1_860;

/** Queues a mail whether or not its address has an account: the checker that sends it decides which mail it becomes. */
export async function queueAccountMail(tx: Db | Tx, mail: NewAccountMail): Promise<void> {
  await tx.insert(accountMails).values({ ...mail, email: mail.email.toLowerCase() });
  await tx.execute(sql`select pg_notify('overdue_account_mails', '')`);
}

/** Claims the mail that has been due longest; no other checker gets it for half an hour. Null if none is due. */
export async function claimAccountMail(db: Db): Promise<AccountMailRow | null> {
  const [claimed] = await db
    .update(accountMails)
    .set({
      attempts: sql`${accountMails.attempts} + 1`,
      dueAt: sql`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`,
    })
    .where(
      sql`${accountMails.id} = (select id from account_mails where due_at <= clock_timestamp()
        order by due_at limit 1 for update skip locked)`,
    )
    .returning();
  return claimed ?? null;
}

/** Deletes a mail that the mail server accepted, that is not to be sent, or that was given up. */
export async function finishAccountMail(db: Db, mailId: string): Promise<void> {
  await db.delete(accountMails).where(eq(accountMails.id, mailId));
}

/** Makes a mail due again in `seconds`. */
export async function postponeAccountMail(db: Db, mailId: string, seconds: number): Promise<void> {
  await db
    .update(accountMails)
    .set({ dueAt: sql`clock_timestamp() + make_interval(secs => ${seconds})` })
    .where(eq(accountMails.id, mailId));
}
