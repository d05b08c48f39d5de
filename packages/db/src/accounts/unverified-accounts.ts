import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { removeAccount } from "./account-deletion.ts";

/** How long somebody who signed up has time to confirm the address. */
const DAYS = 7;
/** When the instance began to be able to send mails. */
const MAIL_SINCE = "mail since";

/**
 * Deletes accounts whose address nobody has confirmed for 7 days: somebody may have signed up with an address that is not
 * theirs, and wait for its owner. `canConfirm`: whether the instance sends mails and asks for confirmations; the days are
 * counted from when it began to. Kept are accounts that are in use: signed in within these days, with checks, channels or
 * keys, with other people in their organization, or of operators. @returns how many were deleted
 */
export async function purgeUnverifiedAccounts(
  db: Db,
  { canConfirm, limit }: { canConfirm: boolean; limit: number },
): Promise<number> {
  if (!canConfirm) {
    await db.execute(sql`delete from instance_facts where name = ${MAIL_SINCE}`);
    return 0;
  }
  await db.execute(sql`
    insert into instance_facts (name, value, created_at) values (${MAIL_SINCE}, '', clock_timestamp())
    on conflict (name) do nothing`);
  const rows = await db.execute<{ id: string; organizationIds: string[] }>(sql`
    select u.id, (select coalesce(jsonb_agg(o.organization_id), '[]') from organization_members o
      where o.user_id = u.id and o.role = 'owner') as "organizationIds"
    from users u
    where not u.email_verified and not u.is_operator
      and greatest(u.created_at, (select created_at from instance_facts where name = ${MAIL_SINCE}))
        < now() - ${DAYS} * interval '1 day'
      and not exists (select from sessions s where s.user_id = u.id and s.updated_at > now() - ${DAYS} * interval '1 day')
      and not exists (
        select from project_people m join projects p on p.id = m.project_id and p.deleted_at is null
        where m.user_id = u.id and (
          exists (select from checks c where c.project_id = p.id and c.deleted_at is null)
          or exists (select from channels c where c.project_id = p.id and c.deleted_at is null)
          or exists (select from api_keys k where k.project_id = p.id and k.revoked_at is null)
          or exists (select from project_people other where other.project_id = p.id and other.user_id <> u.id)))
      and not exists (
        select from organization_members mine join organization_members other using (organization_id)
        where mine.user_id = u.id and other.user_id <> u.id)
    order by u.created_at limit ${limit}`);
  for (const { id: userId, organizationIds } of rows)
    await db.transaction((tx) => removeAccount(tx, { userId, organizationIds, endsKeys: false }));
  return rows.length;
}
