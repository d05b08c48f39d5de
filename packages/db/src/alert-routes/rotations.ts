import { and, asc, eq, sql } from "drizzle-orm";
import type { Rotation } from "@overdue/core";

import type { Db } from "../database.ts";
import { deleteObject, restoreObject } from "../deleted/deleted.ts";
import { rotations } from "../schema/index.ts";
import { StaleVersion } from "../stale-version.ts";
import { type Change, checkPeople } from "./named.ts";
import { TooMany } from "./route-rows.ts";

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

/** @throws UnknownTarget, TooMany */
export async function createRotation(
  db: Db,
  projectId: string,
  fields: RotationFields,
): Promise<RotationRow> {
  return await db.transaction(async (tx) => {
    await checkPeople(tx, projectId, namedIn(fields));
    const count = await tx.$count(rotations, eq(rotations.projectId, projectId));
    if (count >= ROTATIONS_PER_PROJECT_MAX) throw new TooMany();
    const [row] = await tx
      .insert(rotations)
      .values({ projectId, ...fields })
      .returning();
    if (row === undefined) throw new Error("The insert answered no row.");
    return row;
  });
}

/** Writes what is sent. @throws UnknownTarget, StaleVersion */
export async function editRotation(
  db: Db,
  ref: RotationRef,
  { fields, version }: { fields: Change<RotationFields>; version: number | null },
): Promise<RotationRow | null> {
  return await db.transaction(async (tx) => {
    await checkPeople(tx, ref.projectId, namedIn(fields));
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

/** It can be restored for 30 days. @returns whether it was there */
export async function deleteRotation(db: Db, { projectId, rotationId }: RotationRef): Promise<boolean> {
  return await deleteObject(db, "rotation", { projectId, id: rotationId });
}

/** Undoes a deletion: what named it by its id names it again. @returns whether there was one @throws TooMany */
export async function restoreRotation(db: Db, { projectId, rotationId }: RotationRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await restoreObject(tx, "rotation", { projectId, id: rotationId })) === null) return false;
    if ((await tx.$count(rotations, eq(rotations.projectId, projectId))) > ROTATIONS_PER_PROJECT_MAX)
      throw new TooMany();
    return true;
  });
}

function namedIn({ personIds = [], overrides = [] }: Change<RotationFields>) {
  return { field: "personIds", ids: [...personIds, ...overrides.map(({ personId }) => personId)] };
}

function isRotation({ projectId, rotationId }: RotationRef) {
  return and(eq(rotations.projectId, projectId), eq(rotations.id, rotationId));
}
