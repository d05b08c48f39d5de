import { and, eq, inArray, isNull, lte, ne, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { revokeKeysMadeBy } from "../keys/keys.ts";
import type { MemberRole } from "../projects/roles.ts";
import { deleteProject } from "../projects/projects.ts";
import {
  accountDeletions,
  apiKeys,
  invitations,
  organizationMembers,
  organizations,
  projects,
  users,
} from "../schema/index.ts";
import { queueAccountMail } from "./account-mails.ts";
import { logAccountEvent } from "./accounts.ts";

/** How long a person can take the deletion of their account back. */
export const DELETION_DAYS = 7;

export type AccountDeletionRow = typeof accountDeletions.$inferSelect;

/** An organization of a person, as the deletion of their account concerns it. */
export type ConcernedOrganization = {
  id: string;
  name: string;
  role: MemberRole;
  /** Nobody else owns it: it is handed over, or deleted with the account. */
  isLastOwner: boolean;
  /** The others who have a role in it. */
  otherPeople: number;
  projects: string[];
};

/** A key that a person made. */
export type ConcernedKey = {
  id: string;
  name: string;
  scope: string;
  project: string;
  organizationId: string;
};

/** What the deletion of an account concerns. */
export type DeletionPlan = {
  organizations: ConcernedOrganization[];
  keys: ConcernedKey[];
  /** Addresses that the person invited, and that have not accepted yet. */
  invited: string[];
  /** Nobody else is notified of problems of the instance. */
  isLastOperator: boolean;
};

export async function planDeletion(db: Db | Tx, userId: string): Promise<DeletionPlan> {
  const [concerned, keys, invited] = await Promise.all([
    db.execute<ConcernedOrganization>(sql`
      select o.id, o.name, m.role, m.role = 'owner' and not exists (
          select from organization_members other
          where other.organization_id = o.id and other.role = 'owner' and other.user_id <> m.user_id) as "isLastOwner",
        (select count(*)::int from organization_members other
          where other.organization_id = o.id and other.user_id <> m.user_id) as "otherPeople",
        (select coalesce(jsonb_agg(p.name order by p.id), '[]') from projects p
          where p.organization_id = o.id and p.deleted_at is null) as projects
      from organization_members m join organizations o on o.id = m.organization_id and o.deleted_at is null
      where m.user_id = ${userId} order by o.created_at, o.id`),
    db
      .select({
        id: apiKeys.id,
        name: apiKeys.name,
        scope: apiKeys.scope,
        project: projects.name,
        organizationId: projects.organizationId,
      })
      .from(apiKeys)
      .innerJoin(projects, eq(projects.id, apiKeys.projectId))
      .where(
        and(
          eq(apiKeys.createdBy, userId),
          isNull(apiKeys.revokedAt),
          isNull(projects.deletedAt),
          sql`(${apiKeys.expiresAt} is null or ${apiKeys.expiresAt} > now())`,
        ),
      )
      .orderBy(apiKeys.id),
    db
      .select({ email: invitations.email })
      .from(invitations)
      .where(
        and(
          eq(invitations.invitedBy, userId),
          isNull(invitations.endedAt),
          sql`${invitations.expiresAt} > now()`,
        ),
      )
      .orderBy(invitations.id),
  ]);
  return {
    organizations: [...concerned],
    keys,
    invited: invited.map(({ email }) => email),
    isLastOperator: await isLastOperator(db, userId),
  };
}

async function isLastOperator(db: Db | Tx, userId: string): Promise<boolean> {
  const operators = await db.select({ id: users.id }).from(users).where(eq(users.isOperator, true));
  return operators.length === 1 && operators[0]?.id === userId;
}

export async function findDeletion(db: Db | Tx, userId: string): Promise<AccountDeletionRow | null> {
  const [found] = await db.select().from(accountDeletions).where(eq(accountDeletions.userId, userId));
  return found ?? null;
}

/** Schedules the deletion of an account, or changes what was scheduled; the time stays as it was then. */
export async function scheduleDeletion(
  tx: Tx,
  deletion: { userId: string; organizationIds: string[]; endsKeys: boolean },
): Promise<AccountDeletionRow> {
  const { organizationIds, endsKeys } = deletion;
  const [row] = await tx
    .insert(accountDeletions)
    .values({ ...deletion, deleteAfter: sql`now() + ${DELETION_DAYS} * interval '1 day'` })
    .onConflictDoUpdate({ target: accountDeletions.userId, set: { organizationIds, endsKeys } })
    .returning();
  if (row === undefined) throw new Error("The insert returned no row.");
  return row;
}

/** Takes the deletion of an account back. @returns whether one was scheduled */
export async function cancelDeletion(tx: Db | Tx, userId: string): Promise<boolean> {
  const ended = await tx.delete(accountDeletions).where(eq(accountDeletions.userId, userId)).returning();
  return ended.length > 0;
}

/** What became of a deletion that was due. `stopped`: somebody must first own what only this person owns. */
export type DueDeletion = { userId: string; outcome: "deleted" | "stopped" };

/**
 * Deletes the accounts whose time is over. One who has become the last owner of an organization with other people since, or
 * the last operator, is kept, and notified of that. @returns what was done, `limit` accounts at most
 */
export async function deleteDueAccounts(db: Db, limit: number): Promise<DueDeletion[]> {
  const done: DueDeletion[] = [];
  while (done.length < limit) {
    const one = await db.transaction(deleteNextDue);
    if (one === null) break;
    done.push(one);
  }
  return done;
}

async function deleteNextDue(tx: Tx): Promise<DueDeletion | null> {
  const [due] = await tx
    .select()
    .from(accountDeletions)
    .where(lte(accountDeletions.deleteAfter, sql`now()`))
    .orderBy(accountDeletions.deleteAfter)
    .limit(1)
    .for("update", { skipLocked: true });
  if (due === undefined) return null;
  const { userId, organizationIds, endsKeys } = due;
  const [user] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
  const plan = await planDeletion(tx, userId);
  const owned = plan.organizations.filter(({ isLastOwner }) => isLastOwner);
  const needsOwner = owned.some(({ id, otherPeople }) => otherPeople > 0 && !organizationIds.includes(id));
  const mail = { kind: "account-deletion", email: user?.email ?? "" } as const;
  if (plan.isLastOperator || needsOwner) {
    await cancelDeletion(tx, userId);
    await queueAccountMail(tx, { ...mail, name: "stopped", userId });
    return { userId, outcome: "stopped" };
  }
  await removeAccount(tx, { userId, organizationIds: owned.map(({ id }) => id), endsKeys });
  if (user?.emailVerified === true) await queueAccountMail(tx, { ...mail, name: "done" });
  return { userId, outcome: "deleted" };
}

/** Deletes an account with the organizations that it alone owns. Its projects are no longer there, and are emptied soon. */
export async function removeAccount(
  tx: Tx,
  { userId, organizationIds, endsKeys }: { userId: string; organizationIds: string[]; endsKeys: boolean },
): Promise<void> {
  await logAccountEvent(tx, { userId, action: "account.deleted", at: Date.now(), address: null });
  if (endsKeys) {
    const made = await tx
      .selectDistinct({ projectId: apiKeys.projectId })
      .from(apiKeys)
      .where(eq(apiKeys.createdBy, userId));
    for (const { projectId } of made) await revokeKeysMadeBy(tx, { projectId, userId });
  }
  await tx
    .update(invitations)
    .set({ outcome: "revoked", endedAt: sql`now()` })
    .where(and(eq(invitations.invitedBy, userId), isNull(invitations.endedAt)));
  for (const organizationId of organizationIds) await removeOrganization(tx, organizationId);
  await tx.delete(users).where(eq(users.id, userId));
}

/** As if it had been deleted 30 days ago, so that nobody restores it, and the maintenance jobs delete what is in it. */
async function removeOrganization(tx: Tx, organizationId: string): Promise<void> {
  const long = sql`now() - interval '31 days'`;
  const inIt = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.organizationId, organizationId));
  const projectIds = inIt.map(({ id }) => id);
  for (const projectId of projectIds) await deleteProject(tx, projectId);
  if (projectIds.length > 0)
    await tx.update(projects).set({ deletedAt: long }).where(inArray(projects.id, projectIds));
  await tx
    .update(invitations)
    .set({ outcome: "revoked", endedAt: sql`now()` })
    .where(and(eq(invitations.organizationId, organizationId), isNull(invitations.endedAt)));
  await tx.update(organizations).set({ deletedAt: long }).where(eq(organizations.id, organizationId));
  await tx
    .delete(organizationMembers)
    .where(
      and(eq(organizationMembers.organizationId, organizationId), ne(organizationMembers.role, "owner")),
    );
}
