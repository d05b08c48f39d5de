import { type Place, PLACES, type PlanUsage, roomRefusal } from "@overdue/core";
import { sql } from "drizzle-orm";

import { type Db, isInTransaction, type Tx } from "../database.ts";
import { LOCK_SEEDS } from "../locks.ts";
import { acrossProjects } from "../row-security/project-pool.ts";
import { findUsage, type OrganizationUsage } from "./usage.ts";

/** The plan of the organization allows no more of something. The message says so, and what to do. */
export class PlanLimitReached extends Error {}

/** An organization, named by itself or by one of its projects. */
export type InPlan = { projectId: string } | { organizationId: string };

/** How many of what are to be created. */
type Wanted = Partial<Record<Place, number>>;

/**
 * Takes the places for what the transaction is about to create; another one that creates in the same organization waits for
 * its end, so that of two at once only one gets the last place. Call it before a row is locked or written: a transaction that locks
 * both takes this lock first. @throws PlanLimitReached
 */
export async function requireRoom(tx: Db | Tx, place: InPlan, wanted: Wanted): Promise<void> {
  const refusal = await takePlaces(tx, place, wanted);
  if (refusal !== null) throw new PlanLimitReached(refusal);
}

/** The same, with the sentence that refuses as its result; null: there is room. */
export async function takePlaces(tx: Db | Tx, place: InPlan, wanted: Wanted): Promise<string | null> {
  return await inOrganization(tx, place, ({ plan, usage }) =>
    firstOf(PLACES, (each) => roomRefusal(plan, usage, { place: each, adding: wanted[each] ?? 0 })),
  );
}

/** Holds what others create in the organization back until the transaction ends. */
export async function holdPlaces(tx: Db | Tx, place: InPlan): Promise<void> {
  await takePlaces(tx, place, {});
}

/** Takes a place for a person who accepts an invitation; people who are in the organization have one. @throws PlanLimitReached */
export async function requireRoomForPerson(tx: Db | Tx, place: InPlan, userId: string): Promise<void> {
  const refusal = await inOrganization(tx, place, async ({ organizationId, plan, usage, people }, all) => {
    if (await isPerson(all, organizationId, userId)) return null;
    // Their own invitation, and those of others, take no place from somebody who comes.
    return roomRefusal(plan, { ...usage, members: people }, { place: "members", adding: 1 });
  });
  if (refusal !== null) throw new PlanLimitReached(refusal);
}

/** Takes a place for an invitation of an address, unless it has one. @throws PlanLimitReached */
export async function requireRoomForInvitation(tx: Db | Tx, place: InPlan, email: string): Promise<void> {
  const refusal = await inOrganization(tx, place, async ({ organizationId, plan, usage }, all) => {
    const hasPlace = await isKnownAddress(all, organizationId, email);
    return hasPlace ? null : roomRefusal(plan, usage, { place: "members", adding: 1 });
  });
  if (refusal !== null) throw new PlanLimitReached(refusal);
}

type Decide = (found: OrganizationUsage, all: Db | Tx) => Promise<string | null> | string | null;

async function inOrganization(tx: Db | Tx, place: InPlan, decide: Decide): Promise<string | null> {
  if (!isInTransaction(tx)) throw new Error("Places are taken within a transaction.");
  if (!(await hasPlans(tx))) return null;
  return await acrossProjects(tx, async (all) => {
    const organizationId = await organizationOf(all, place);
    if (organizationId === null) return null;
    await all.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${organizationId}, ${LOCK_SEEDS.placesOfOrganization}))`,
    );
    // A statement of its own, so that it sees what the one before us has committed.
    const found = await findUsage(all, organizationId);
    return found === null ? null : await decide(found, all);
  });
}

/** Whether the instance has plans at all. */
async function hasPlans(db: Db | Tx): Promise<boolean> {
  const [row] = await db.execute<{ exists: boolean }>(sql`select exists (select from plans)`);
  return row?.exists === true;
}

async function organizationOf(db: Db | Tx, place: InPlan): Promise<string | null> {
  if ("organizationId" in place) return place.organizationId;
  const [row] = await db.execute<{ id: string }>(
    sql`select organization_id as id from projects where id = ${place.projectId}`,
  );
  return row?.id ?? null;
}

async function isPerson(db: Db | Tx, organizationId: string, userId: string): Promise<boolean> {
  const [row] = await db.execute<{ exists: boolean }>(sql`select exists (
    select from organization_members where organization_id = ${organizationId} and user_id = ${userId}
    union all select from members m join projects p on p.id = m.project_id and p.deleted_at is null
      where p.organization_id = ${organizationId} and m.user_id = ${userId})`);
  return row?.exists === true;
}

async function isKnownAddress(db: Db | Tx, organizationId: string, email: string): Promise<boolean> {
  const [row] = await db.execute<{ exists: boolean }>(sql`select exists (
    select from invitations i left join projects p on p.id = i.project_id and p.deleted_at is null
      where i.email = ${email} and i.ended_at is null and i.expires_at > now()
        and coalesce(i.organization_id, p.organization_id) = ${organizationId}
    union all select from users u join project_people pp on pp.user_id = u.id
      join projects p on p.id = pp.project_id and p.deleted_at is null and p.organization_id = ${organizationId}
      where u.email = ${email}
    union all select from users u join organization_members m on m.user_id = u.id
      where u.email = ${email} and m.organization_id = ${organizationId})`);
  return row?.exists === true;
}

function firstOf<T>(all: readonly T[], find: (one: T) => string | null): string | null {
  for (const one of all) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}

/** What a project takes with it where it moves, or comes back: its checks, channels, and people who are not there yet. */
export async function placesOfProject(
  tx: Db | Tx,
  { projectId, organizationId }: { projectId: string; organizationId: string },
): Promise<Record<Place, number>> {
  const [row] = await tx.execute<PlanUsage>(sql`
    select 1 as projects,
      (select count(*) from checks c where c.project_id = p.id and c.deleted_at is not distinct from p.deleted_at)::int as checks,
      (select count(*) from channels c where c.project_id = p.id and c.deleted_at is null and not c.internal)::int as channels,
      (select count(*) from members m where m.project_id = p.id and not exists (
        select from organization_members o where o.organization_id = ${organizationId} and o.user_id = m.user_id
        union all select from members other join projects q on q.id = other.project_id and q.deleted_at is null
          where q.organization_id = ${organizationId} and other.user_id = m.user_id))::int as members
    from projects p where p.id = ${projectId}`);
  return row ?? { projects: 0, checks: 0, channels: 0, members: 0 };
}
