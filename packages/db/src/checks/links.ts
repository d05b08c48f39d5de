import { isUuid } from "@overdue/core";
import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { wakeCheckAndDependents } from "../incidents/dependents.ts";
import { LOCK_SEEDS } from "../locks.ts";
import { channels, checkChannels, checkDependencies, checks } from "../schema/index.ts";
import type { CheckRef } from "./find-checks.ts";
import { checkNameSql } from "./name-sql.ts";

/** A channel of the check is not in this project. */
export class UnknownChannel extends Error {}

/** Replaces the channels of a check by these. @throws UnknownChannel */
export async function replaceChannels(
  tx: Db | Tx,
  check: CheckRef,
  channelIds: readonly string[],
): Promise<void> {
  const wanted = [...new Set(channelIds)];
  const known = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(
      and(
        eq(channels.projectId, check.projectId),
        inArray(channels.id, wanted),
        isNull(channels.deletedAt),
        eq(channels.internal, false),
      ),
    );
  if (known.length < wanted.length) throw new UnknownChannel();
  await tx.delete(checkChannels).where(eq(checkChannels.checkId, check.checkId));
  if (wanted.length > 0)
    await tx.insert(checkChannels).values(wanted.map((channelId) => ({ ...check, channelId })));
}

/** The check `named`, by id or slug, is not in this project. */
export class UnknownDependency extends Error {
  readonly named: string;
  constructor(named: string) {
    super(`There is no check ${named} in this project.`);
    this.named = named;
  }
}

/** The check would depend on itself: through the check named `through`, or directly (null). */
export class CircularDependency extends Error {
  readonly through: string | null;
  constructor(through: string | null) {
    super("A check cannot depend on itself.");
    this.through = through;
  }
}

/**
 * Replaces the dependencies of a check by these, named by id or slug, and has the escalator plan its open incident, and those of
 * its dependents, again at once. @throws UnknownDependency, CircularDependency
 */
export async function replaceDependencies(
  tx: Db | Tx,
  check: CheckRef,
  names: readonly string[],
): Promise<void> {
  // One edit at a time in a project: two that are harmless alone may make a circle together.
  await tx.execute(sql`select pg_advisory_xact_lock(
    hashtextextended(${check.projectId}, ${LOCK_SEEDS.dependenciesOfProject}))`);
  const ids = await Promise.all([...new Set(names)].map((name) => resolve(tx, check.projectId, name)));
  await refuseCircles(tx, check.checkId, ids);
  await tx.delete(checkDependencies).where(eq(checkDependencies.checkId, check.checkId));
  const rows = [...new Set(ids)].map((dependsOnId) => ({ ...check, dependsOnId }));
  if (rows.length > 0) await tx.insert(checkDependencies).values(rows);
  await wakeCheckAndDependents(tx, check.checkId);
}

async function resolve(tx: Db | Tx, projectId: string, name: string): Promise<string> {
  const named = isUuid(name.toLowerCase())
    ? or(eq(checks.id, name), eq(checks.slug, name))
    : eq(checks.slug, name);
  const found = await tx
    .select({ id: checks.id })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt), named))
    .limit(2);
  const [one, ...others] = found;
  if (one === undefined || others.length > 0) throw new UnknownDependency(name);
  return one.id;
}

async function refuseCircles(tx: Db | Tx, checkId: string, ids: readonly string[]): Promise<void> {
  if (ids.includes(checkId)) throw new CircularDependency(null);
  if (ids.length === 0) return;
  const rows = await tx.execute<{ name: string }>(sql`
    with recursive above as (
      select d.check_id as first, d.depends_on_id as id from check_dependencies d
       where d.check_id = any(${sql.param([...ids])}::uuid[])
      union
      select a.first, d.depends_on_id from above a join check_dependencies d on d.check_id = a.id
    )
    select ${checkNameSql("c")} as name
      from above a join checks c on c.id = a.first where a.id = ${checkId} limit 1`);
  const [circle] = rows;
  if (circle !== undefined) throw new CircularDependency(circle.name);
}
