import { checkName, isUuid } from "@overdue/core";
import { type Alias, placeAlias } from "@overdue/core/dialects";
import { and, asc, eq, isNull } from "drizzle-orm";

import { type Db, type Pool, type Tx } from "../database.ts";
import { acrossProjects } from "../row-security/project-pool.ts";
import { checkAliases, checks } from "../schema/index.ts";
import type { CheckRef } from "./find-checks.ts";

/** A key that the check cannot have. The message says why and what to do. */
export class AliasRefused extends Error {
  /** Of the key in the list that was given. */
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

/** The keys by which other products know a check, oldest first. */
export async function listAliases(db: Db | Tx, { projectId, checkId }: CheckRef): Promise<Alias[]> {
  const rows = await db
    .select({ product: checkAliases.product, key: checkAliases.key })
    .from(checkAliases)
    .where(and(eq(checkAliases.projectId, projectId), eq(checkAliases.checkId, checkId)))
    .orderBy(asc(checkAliases.id));
  // What `setAliases` stored is of these products.
  return rows as Alias[];
}

/**
 * Replaces the aliases of a check by these. The first that names a token has it: nobody else on the instance can take it, and
 * nobody can take the UUID of another check. @returns whether there is such a check. @throws AliasRefused
 */
export async function setAliases(db: Db, ref: CheckRef, aliases: readonly Alias[]): Promise<boolean> {
  const placed = aliases.map((alias, index) => {
    const place = placeAlias(alias);
    if ("problem" in place) throw new AliasRefused(index, place.problem);
    return { ...alias, ...place };
  });
  return await db.transaction(async (tx) => {
    const found = await tx
      .select({ id: checks.id })
      .from(checks)
      .where(and(eq(checks.projectId, ref.projectId), eq(checks.id, ref.checkId), isNull(checks.deletedAt)));
    if (found.length === 0) return false;
    await tx
      .delete(checkAliases)
      .where(and(eq(checkAliases.projectId, ref.projectId), eq(checkAliases.checkId, ref.checkId)));
    for (const [index, alias] of placed.entries()) {
      const rest = placed.slice(0, index);
      if (rest.some(({ product, key }) => product === alias.product && key === alias.key)) continue;
      await insertAlias(tx, ref, { alias, index });
    }
    return true;
  });
}

type Placed = Alias & { token: string | null; slug: string | null };

async function insertAlias(tx: Tx, ref: CheckRef, { alias, index }: { alias: Placed; index: number }) {
  const { product, key, token, slug } = alias;
  if (token !== null && (await isPingUuid(tx, ref, token))) throw new AliasRefused(index, TAKEN);
  if (slug !== null) await refuseOtherSlug(tx, ref, { slug, index });
  const inserted = await tx
    .insert(checkAliases)
    .values({ projectId: ref.projectId, checkId: ref.checkId, product, key, token, slug })
    .onConflictDoNothing()
    .returning({ id: checkAliases.id });
  if (inserted.length > 0) return;
  const [holder] = await tx
    .select({ name: checks.name, slug: checks.slug, id: checks.id })
    .from(checkAliases)
    .innerJoin(checks, eq(checks.id, checkAliases.checkId))
    .where(
      and(
        eq(checkAliases.projectId, ref.projectId),
        token === null ? eq(checkAliases.slug, slug ?? "") : eq(checkAliases.token, token),
      ),
    );
  if (holder?.id === ref.checkId) return;
  throw new AliasRefused(index, holder === undefined ? TAKEN : takenBy(holder));
}

/** It does not say whose token this is, nor that there is one: an attacker could find tokens by trying. */
const TAKEN =
  "This token cannot be used here. If it is yours, ask the operator: another project of this instance may have it.";

function takenBy(check: { name: string; slug: string }): string {
  return `The check “${checkName(check)}” of this project has it, or had it when it was deleted: take it off there first.`;
}

/** A ping goes to the check whose own UUID it names, so that such an alias would do nothing, or soon something else. */
async function isPingUuid(tx: Tx, ref: CheckRef, token: string): Promise<boolean> {
  if (!isUuid(token)) return false;
  const rows = await acrossProjects(tx, (all) =>
    all.select({ id: checks.id }).from(checks).where(eq(checks.pingUuid, token)),
  );
  return rows.some(({ id }) => id !== ref.checkId);
}

async function refuseOtherSlug(tx: Tx, ref: CheckRef, { slug, index }: { slug: string; index: number }) {
  const [holder] = await tx
    .select({ id: checks.id, name: checks.name, slug: checks.slug })
    .from(checks)
    .where(and(eq(checks.projectId, ref.projectId), eq(checks.slug, slug), isNull(checks.deletedAt)));
  if (holder !== undefined && holder.id !== ref.checkId)
    throw new AliasRefused(index, `“${slug}” is the slug of the check “${checkName(holder)}”.`);
}

/** The ping UUID of the check that has a token of another product; null where none has. */
export async function findByToken(pool: Pool, token: string): Promise<string | null> {
  const rows = await pool.query<{ pingUuid: string }>(
    `select c.ping_uuid as "pingUuid" from check_aliases a
       join checks c on c.project_id = a.project_id and c.id = a.check_id and c.deleted_at is null
       join projects p on p.id = a.project_id and p.deleted_at is null
      where a.token = $1`,
    [token],
  );
  return rows[0]?.pingUuid ?? null;
}
