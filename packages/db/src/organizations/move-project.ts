import type { Place } from "@overdue/core";
import { and, eq, isNull, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { placesOfProject, requireRoom } from "../plans/room.ts";
import { addMember, type MemberRef } from "../projects/members.ts";
import { members, organizations, projects } from "../schema/index.ts";

/**
 * Puts a project into another organization. Its people by its own roles stay, those by the old organization's leave, and the
 * mover stays an owner. The caller checks that the mover may. @returns whether there is such a project and such an organization
 * @throws PlanLimitReached where it does not fit there
 */
export async function moveProject(
  db: Db,
  { projectId, userId }: MemberRef,
  organizationId: string,
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await requireRoom(tx, { organizationId }, await movedPlaces(tx, { projectId, organizationId }));
    const [target] = await tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(and(eq(organizations.id, organizationId), isNull(organizations.deletedAt)))
      .for("update");
    if (target === undefined) return false;
    const moved = await tx
      .update(projects)
      .set({ organizationId, version: sql`${projects.version} + 1` })
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .returning({ id: projects.id });
    if (moved.length === 0) return false;
    const own = and(eq(members.projectId, projectId), eq(members.userId, userId));
    if ((await tx.$count(members, own)) === 0) await addMember(tx, { projectId, userId, role: "owner" });
    await tx.execute(sql`
      delete from reports r where r.project_id = ${projectId} and r.user_id is not null and not exists (
        select from project_people p where p.project_id = r.project_id and p.user_id = r.user_id)`);
    return true;
  });
}

async function movedPlaces(
  tx: Tx,
  to: { projectId: string; organizationId: string },
): Promise<Partial<Record<Place, number>>> {
  const here = and(eq(projects.id, to.projectId), eq(projects.organizationId, to.organizationId));
  return (await tx.$count(projects, here)) > 0 ? {} : await placesOfProject(tx, to);
}
