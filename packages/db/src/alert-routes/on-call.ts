import type { Rotation } from "@overdue/core";
import { and, asc, eq, sql } from "drizzle-orm";

import { type Db, ProjectLimitReached, StaleVersion } from "../database.ts";
import { deleteObject, restoreObject } from "../deleted-objects.ts";
import { people, rotations } from "../schema/index.ts";
import { type Change, checkChannels, checkPeople } from "./check-targets.ts";

export type PersonRow = typeof people.$inferSelect;
export type PersonRef = { projectId: string; personId: string };
type PersonFields = { name: string; channelIds: readonly string[] };

const PEOPLE_PER_PROJECT_MAX = 500;

export async function listPeople(db: Db, projectId: string): Promise<PersonRow[]> {
  return await db.select().from(people).where(eq(people.projectId, projectId)).orderBy(asc(people.id));
}

export async function findPerson(db: Db, ref: PersonRef): Promise<PersonRow | null> {
  const [row] = await db.select().from(people).where(isPerson(ref));
  return row ?? null;
}

/** @throws UnknownTarget, ProjectLimitReached */
export async function createPerson(db: Db, projectId: string, fields: PersonFields): Promise<PersonRow> {
  return await db.transaction(async (tx) => {
    await checkChannels(tx, projectId, { field: "channelIds", ids: fields.channelIds });
    if ((await tx.$count(people, eq(people.projectId, projectId))) >= PEOPLE_PER_PROJECT_MAX)
      throw new ProjectLimitReached();
    const [row] = await tx
      .insert(people)
      .values({ projectId, ...fields })
      .returning();
    if (row === undefined) throw new Error("The insert returned no row.");
    return row;
  });
}

/** Writes the given fields; null if there is no such person. @throws UnknownTarget, StaleVersion */
export async function editPerson(
  db: Db,
  ref: PersonRef,
  { fields, version }: { fields: Change<PersonFields>; version: number | null },
): Promise<PersonRow | null> {
  return await db.transaction(async (tx) => {
    await checkChannels(tx, ref.projectId, { field: "channelIds", ids: fields.channelIds ?? [] });
    const [row] = await tx
      .update(people)
      .set({ ...fields, version: sql`${people.version} + 1`, updatedAt: sql`now()` })
      .where(isPerson(ref))
      .returning();
    if (row === undefined) return null;
    if (version !== null && row.version !== version + 1) throw new StaleVersion();
    return row;
  });
}

/** Deletes a person, who can be restored for 30 days. @returns whether there was one */
export async function deletePerson(db: Db, { projectId, personId }: PersonRef): Promise<boolean> {
  return await deleteObject(db, "person", { projectId, id: personId });
}

/** Undoes a deletion: routes and rotations that named the person do so again. @returns whether there was one @throws ProjectLimitReached */
export async function restorePerson(db: Db, { projectId, personId }: PersonRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await restoreObject(tx, "person", { projectId, id: personId })) === null) return false;
    if ((await tx.$count(people, eq(people.projectId, projectId))) > PEOPLE_PER_PROJECT_MAX)
      throw new ProjectLimitReached();
    return true;
  });
}

function isPerson({ projectId, personId }: PersonRef) {
  return and(eq(people.projectId, projectId), eq(people.id, personId));
}

export type RotationRow = typeof rotations.$inferSelect;
export type RotationRef = { projectId: string; rotationId: string };
export type RotationFields = Omit<Rotation, "id">;

const ROTATIONS_PER_PROJECT_MAX = 100;

export async function listRotations(db: Db, projectId: string): Promise<RotationRow[]> {
  return await db
    .select()
    .from(rotations)
    .where(eq(rotations.projectId, projectId))
    .orderBy(asc(rotations.id));
}

export async function findRotation(db: Db, ref: RotationRef): Promise<RotationRow | null> {
  const [row] = await db.select().from(rotations).where(isRotation(ref));
  return row ?? null;
}

/** @throws UnknownTarget, ProjectLimitReached */
export async function createRotation(
  db: Db,
  projectId: string,
  fields: RotationFields,
): Promise<RotationRow> {
  return await db.transaction(async (tx) => {
    await checkPeople(tx, projectId, peopleIn(fields));
    const count = await tx.$count(rotations, eq(rotations.projectId, projectId));
    if (count >= ROTATIONS_PER_PROJECT_MAX) throw new ProjectLimitReached();
    const [row] = await tx
      .insert(rotations)
      .values({ projectId, ...fields })
      .returning();
    if (row === undefined) throw new Error("The insert returned no row.");
    return row;
  });
}

/** Writes the given fields; null if there is no such rotation. @throws UnknownTarget, StaleVersion */
export async function editRotation(
  db: Db,
  ref: RotationRef,
  { fields, version }: { fields: Change<RotationFields>; version: number | null },
): Promise<RotationRow | null> {
  return await db.transaction(async (tx) => {
    await checkPeople(tx, ref.projectId, peopleIn(fields));
    const [row] = await tx
      .update(rotations)
      .set({ ...fields, version: sql`${rotations.version} + 1`, updatedAt: sql`now()` })
      .where(isRotation(ref))
      .returning();
    if (row === undefined) return null;
    if (version !== null && row.version !== version + 1) throw new StaleVersion();
    return row;
  });
}

/** Deletes a rotation, which can be restored for 30 days. @returns whether there was one */
export async function deleteRotation(db: Db, { projectId, rotationId }: RotationRef): Promise<boolean> {
  return await deleteObject(db, "rotation", { projectId, id: rotationId });
}

/** Undoes a deletion: routes that named the rotation do so again. @returns whether there was one @throws ProjectLimitReached */
export async function restoreRotation(db: Db, { projectId, rotationId }: RotationRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await restoreObject(tx, "rotation", { projectId, id: rotationId })) === null) return false;
    if ((await tx.$count(rotations, eq(rotations.projectId, projectId))) > ROTATIONS_PER_PROJECT_MAX)
      throw new ProjectLimitReached();
    return true;
  });
}

function peopleIn({ personIds = [], overrides = [] }: Change<RotationFields>) {
  return { field: "personIds", ids: [...personIds, ...overrides.map(({ personId }) => personId)] };
}

function isRotation({ projectId, rotationId }: RotationRef) {
  return and(eq(rotations.projectId, projectId), eq(rotations.id, rotationId));
}
