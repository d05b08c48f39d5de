import { eq, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { users } from "../schema/index.ts";

/** The newest so many audit entries of a person are exported. */
export const EXPORTED_ENTRIES_MAX = 10_000;

export type AccountExport = Record<string, unknown>;

/** A list of what belongs to a person: SQL that takes the person's id, and gives rows. Secrets and their hashes are left out. */
const LISTS = {
  signInMethods: (userId: string) => sql`
    select provider_id as "provider", case when provider_id = 'credential' then null else account_id end as "accountId",
      created_at as "createdAt" from accounts where user_id = ${userId} order by created_at`,
  authenticatorApps: (userId: string) => sql`
    select created_at as "createdAt", confirmed_at as "confirmedAt" from authenticators where user_id = ${userId}`,
  passkeys: (userId: string) => sql`
    select id, name, created_at as "createdAt", last_used_at as "lastUsedAt" from passkeys
    where user_id = ${userId} order by id`,
  sessions: (userId: string) => sql`
    select created_at as "createdAt", updated_at as "lastUsedAt", ip_address as "address", user_agent as "userAgent"
    from sessions where user_id = ${userId} order by created_at`,
  organizations: (userId: string) => sql`
    select o.id, o.name, m.role, m.created_at as "since" from organization_members m
    join organizations o on o.id = m.organization_id where m.user_id = ${userId} order by o.id`,
  projects: (userId: string) => sql`
    select p.id, p.name, m.role, m.since from project_people m join projects p on p.id = m.project_id
    where m.user_id = ${userId} and p.deleted_at is null order by p.id`,
  apiKeys: (userId: string) => sql`
    select id, project_id as "projectId", name, scope, created_at as "createdAt", expires_at as "expiresAt",
      revoked_at as "revokedAt", last_used_at as "lastUsedAt", last_used_from as "lastUsedFrom"
    from api_keys where created_by = ${userId} order by id`,
  invitationsMade: (userId: string) => sql`
    select project_id as "projectId", organization_id as "organizationId", email, role, created_at as "createdAt",
      ended_at as "endedAt", outcome from invitations where invited_by = ${userId} order by id`,
  reports: (userId: string) => sql`
    select project_id as "projectId", every, timezone, due_at as "dueAt" from reports
    where user_id = ${userId} order by project_id`,
  savedViews: (userId: string) => sql`
    select project_id as "projectId", name, search, created_at as "createdAt" from saved_views
    where user_id = ${userId} order by id`,
  auditEntries: (userId: string) => sql`
    select project_id as "projectId", at, action, address, object_name as "object", fields from audit_entries
    where actor_kind = 'user' and actor_id = ${userId} order by at desc, id desc limit ${EXPORTED_ENTRIES_MAX}`,
};

/** All that is stored about a person, for them to take along; null if there is no such account. */
export async function exportAccount(db: Db, userId: string): Promise<AccountExport | null> {
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (user === undefined) return null;
  const { id, name, email, emailVerified, isOperator, createdAt } = user;
  const lists: AccountExport = {};
  for (const [list, select] of Object.entries(LISTS)) lists[list] = [...(await db.execute(select(userId)))];
  return { account: { id, name, email, isVerified: emailVerified, isOperator, createdAt }, ...lists };
}
