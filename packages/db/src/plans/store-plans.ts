import type { PlanLimit } from "@overdue/core";
import { and, asc, desc, eq, isNull, notInArray, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { organizations, plans } from "../schema/index.ts";
import { lockUntilCommit } from "../locks.ts";

/** A plan of the file, with its name there. */
export type NewPlan = { name: string; title: string; wayOut: string; isDefault: boolean } & Record<
  PlanLimit,
  number | null
>;

/**
 * Stores the plans of the file in place of those before; none: nothing is limited. A plan that organizations still have stays
 * as it was, since losing it would limit people who pay for it. @returns the names of those
 */
export async function storePlans(db: Db, wanted: readonly NewPlan[]): Promise<string[]> {
  return await db.transaction(async (tx) => {
    await tx.execute(sql.raw(lockUntilCommit("plans")));
    const names = wanted.map(({ name }) => name);
    const kept = names.length === 0 ? [] : await usedPlans(tx, names);
    await tx
      .delete(plans)
      .where(names.length === 0 ? undefined : notInArray(plans.name, [...names, ...kept]));
    await tx.update(plans).set({ isDefault: false });
    for (const { name, ...plan } of wanted)
      await tx
        .insert(plans)
        .values({ name, ...plan })
        .onConflictDoUpdate({ target: plans.name, set: plan });
    return kept;
  });
}

async function usedPlans(tx: Tx, names: readonly string[]): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ name: plans.name })
    .from(plans)
    .innerJoin(organizations, and(eq(organizations.plan, plans.name), isNull(organizations.deletedAt)))
    .where(notInArray(plans.name, [...names]));
  return rows.map(({ name }) => name);
}

export type PlanRow = typeof plans.$inferSelect;

/** All plans, the default one first. */
export async function listPlans(db: Db | Tx): Promise<PlanRow[]> {
  return await db.select().from(plans).orderBy(desc(plans.isDefault), asc(plans.name));
}

/** The name of the plan that an organization was given; null: the default one, or there is no such organization. */
export async function findPlanOf(db: Db | Tx, organizationId: string): Promise<string | null> {
  const [found] = await db
    .select({ plan: organizations.plan })
    .from(organizations)
    .where(and(eq(organizations.id, organizationId), isNull(organizations.deletedAt)));
  return found?.plan ?? null;
}

/**
 * Gives an organization a plan; null: the default one. `until`: from when on the default one applies all the same; null: never.
 * @returns whether there is such an organization
 */
export async function setPlan(
  db: Db | Tx,
  organizationId: string,
  { plan, until }: { plan: string | null; until: Date | null },
): Promise<boolean> {
  const written = await db
    .update(organizations)
    .set({ plan, planUntil: until, version: sql`${organizations.version} + 1` })
    .where(and(eq(organizations.id, organizationId), isNull(organizations.deletedAt)))
    .returning({ id: organizations.id });
  return written.length > 0;
}
