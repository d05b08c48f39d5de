import { randomBytes } from "node:crypto";

import type { Instant } from "@overdue/schedules";
import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";

import { type Db, openDb, type Pool, StaleVersion, type Tx } from "../database.ts";
import { endProviderIncidents } from "../deliveries/provider-incidents.ts";
import { ensureOwnOrganization, createOrganization } from "../organizations/organizations.ts";
import { placesOfProject, requireRoom } from "../plans/room.ts";
import {
  checks,
  members,
  organizations,
  projectPeople,
  projectRetention,
  projects,
} from "../schema/index.ts";
import { newPingKey } from "../secrets/api-key.ts";
import { foldRestored } from "../transitions/change-check.ts";

export type ProjectRow = typeof projects.$inferSelect;

/** A project; null if there is none, or it is deleted. */
export async function findProject(db: Db, projectId: string): Promise<ProjectRow | null> {
  const [found] = await db
    .select()
    .from(projects)
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)));
  return found ?? null;
}

const PROJECTS_MAX = 500;

const PROJECT_COLUMNS = {
  id: projects.id,
  name: projects.name,
  pingKey: projects.pingKey,
  timezone: projects.timezone,
  checksFromPings: projects.checksFromPings,
  version: projects.version,
  keptPings: projectRetention.keptPings,
  keptPingDays: projectRetention.keptPingDays,
  keptRunDays: projectRetention.keptRunDays,
  createdAt: projects.createdAt,
  organizationId: projects.organizationId,
  organizationName: organizations.name,
  role: projectPeople.role,
};

/** The projects of a person with the role in each, oldest first; only those after the project `after`. */
export async function listProjects(
  db: Db,
  userId: string,
  { limit, after }: { limit: number; after: string | null } = { limit: PROJECTS_MAX, after: null },
) {
  return await db
    .select(PROJECT_COLUMNS)
    .from(projectPeople)
    .innerJoin(projects, eq(projects.id, projectPeople.projectId))
    .innerJoin(projectRetention, eq(projectRetention.id, projects.id))
    .innerJoin(organizations, eq(organizations.id, projects.organizationId))
    .where(
      and(
        eq(projectPeople.userId, userId),
        isNull(projects.deletedAt),
        after === null ? undefined : gt(projects.id, after),
      ),
    )
    .orderBy(asc(projects.id))
    .limit(limit);
}

/** Every project of the instance, oldest first; for its operator, who need not be a member of any. */
export async function listAllProjects(db: Db): Promise<ProjectRow[]> {
  return await db.select().from(projects).where(isNull(projects.deletedAt)).orderBy(asc(projects.id));
}

/** The number of projects that a person owns, alone or with others; deleted projects do not count. */
export async function countOwnedProjects(db: Db, userId: string): Promise<number> {
  const rows = await db
    .select({ id: projects.id })
    .from(projectPeople)
    .innerJoin(projects, eq(projects.id, projectPeople.projectId))
    .where(
      and(eq(projectPeople.userId, userId), eq(projectPeople.role, "owner"), isNull(projects.deletedAt)),
    );
  return rows.length;
}

/**
 * Creates a project with a ping key. `ownerId` becomes its first member; null: only API keys can use it. Without an
 * `organizationId` it belongs to its owner's own organization, or to a new one that has no members. @throws PlanLimitReached
 */
export async function createProject(
  db: Db | Tx,
  input: { name: string; ownerId: string | null; pingKey?: string; organizationId?: string },
): Promise<ProjectRow> {
  return await db.transaction(async (tx) => {
    const organizationId = input.organizationId ?? (await organizationFor(tx, input));
    await requireRoom(tx, { organizationId }, { projects: 1 });
    const [project] = await tx
      .insert(projects)
      .values({
        name: input.name,
        organizationId,
        pingKey: input.pingKey ?? newPingKey(),
        badgeKey: randomBytes(16).toString("hex"),
      })
      .returning();
    if (project === undefined) throw new Error("The insert returned no row.");
    if (input.ownerId !== null) {
      await tx.insert(members).values({ projectId: project.id, userId: input.ownerId, role: "owner" });
    }
    return project;
  });
}

async function organizationFor(
  tx: Tx,
  { name, ownerId }: { name: string; ownerId: string | null },
): Promise<string> {
  if (ownerId !== null) return await ensureOwnOrganization(tx, ownerId);
  return (await createOrganization(tx, { name, ownerId })).id;
}

/** What a person may change of a project; only what is sent is written. */
export type ProjectEdit = Partial<Pick<ProjectRow, "name" | "timezone" | "checksFromPings">>;

/** `version`: the one the editor saw; null edits whatever is there. @throws StaleVersion */
export async function editProject(
  db: Db,
  projectId: string,
  { edit, version }: { edit: ProjectEdit; version: number | null },
): Promise<ProjectRow | null> {
  const isProject = and(eq(projects.id, projectId), isNull(projects.deletedAt));
  const [edited] = await db
    .update(projects)
    .set({ ...edit, version: sql`${projects.version} + 1` })
    .where(and(isProject, version === null ? undefined : eq(projects.version, version)))
    .returning();
  if (edited !== undefined) return edited;
  if ((await db.$count(projects, isProject)) > 0) throw new StaleVersion();
  return null;
}

/** What a project keeps of each check: the number of pings, and the days that pings, and runs and slots, are kept. */
export type Retention = Pick<ProjectRow, "keptPings" | "keptPingDays" | "keptRunDays">;

/** What a project keeps now: what it asks for, and no more than its plan allows; null if there is no such project. */
export async function findRetention(db: Db | Tx, projectId: string): Promise<Retention | null> {
  const { keptPings, keptPingDays, keptRunDays } = projectRetention;
  const [found] = await db
    .select({ keptPings, keptPingDays, keptRunDays })
    .from(projectRetention)
    .where(eq(projectRetention.id, projectId));
  return found ?? null;
}

/** Changes what a project keeps; the maintenance jobs delete what is beyond it. Only what is given is written. */
export async function setRetention(
  db: Db | Tx,
  projectId: string,
  retention: Partial<Retention>,
): Promise<ProjectRow | null> {
  const [changed] = await db
    .update(projects)
    .set({ ...retention, version: sql`${projects.version} + 1` })
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .returning();
  return changed ?? null;
}

/** Gives the project a new ping key; ping URLs with the old one stop working at once. */
export async function renewPingKey(db: Db, projectId: string): Promise<ProjectRow | null> {
  const [renewed] = await db
    .update(projects)
    .set({ pingKey: newPingKey() })
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .returning();
  return renewed ?? null;
}

/**
 * Hides a project with everything in it: until `restoreProject` its checks take no pings and are not evaluated. @returns
 * whether there was such a project
 */
export async function deleteProject(db: Db | Tx, projectId: string): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const hidden = await tx
      .update(projects)
      .set({ deletedAt: sql`now()` })
      .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
      .returning({ id: projects.id });
    if (hidden.length > 0) await endProviderIncidents(tx, { projectId }, { by: "deleted" });
    // The same instant as the project's, which tells these checks from those that were deleted before.
    await tx
      .update(checks)
      .set({ deletedAt: sql`now()`, wakeAt: null })
      .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
    return hidden.length > 0;
  });
}

/** Undoes the deletion of a project, for an owner of it. @returns whether there was something to undo @throws PlanLimitReached */
export async function restoreProject(
  pool: Pool,
  ref: { projectId: string; userId: string },
  at: Instant,
): Promise<boolean> {
  const restored = await openDb(pool).transaction((tx) => unhideProject(tx, ref));
  if (restored === null) return false;
  for (const checkId of restored.checkIds) {
    await foldRestored(pool, { projectId: ref.projectId, checkId }, { deletedAt: restored.deletedAt, at });
  }
  return true;
}

async function unhideProject(tx: Tx, { projectId, userId }: { projectId: string; userId: string }) {
  const own = and(
    eq(projects.id, projectId),
    sql`exists (select from project_people m
      where m.project_id = ${projects.id} and m.user_id = ${userId} and m.role = 'owner')`,
    isNotNull(projects.deletedAt),
  );
  const [hidden] = await tx.select({ organizationId: projects.organizationId }).from(projects).where(own);
  if (hidden === undefined) return null;
  await requireRoom(tx, hidden, await placesOfProject(tx, { projectId, ...hidden }));
  const [project] = await tx
    .select({ deletedAt: projects.deletedAt })
    .from(projects)
    .where(own)
    .for("update");
  const deletedAt = project?.deletedAt ?? null;
  if (deletedAt === null) return null;
  // No checker may evaluate a check before `foldRestored` has; should that fail, it is evaluated a minute later.
  const found = await tx
    .update(checks)
    .set({ deletedAt: null, wakeAt: sql`greatest(${checks.deadlineAt}, now() + interval '1 minute')` })
    .where(and(eq(checks.projectId, projectId), eq(checks.deletedAt, deletedAt)))
    .returning({ id: checks.id });
  await tx.update(projects).set({ deletedAt: null }).where(eq(projects.id, projectId));
  return { deletedAt: deletedAt.getTime(), checkIds: found.map(({ id }) => id) };
}
