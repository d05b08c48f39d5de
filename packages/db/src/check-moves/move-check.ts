import { type Check, type MoveFacts, moveRefusal } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";

import type { CheckRef } from "../checks/find-checks.ts";
import { allChannels } from "../checks/insert-check.ts";
import { replaceChannels } from "../checks/links.ts";
import { asOneTransaction } from "../connection/pool.ts";
import { type Db, openDb, type Pool, type Tx } from "../database.ts";
import { wakeCheckAndDependents } from "../incidents/dependents.ts";
import { windowsFor } from "../maintenance/windows.ts";
import { requireRoom } from "../plans/room.ts";
import { INFORMATIONAL, UNFINISHED } from "../schema/delivery-lists.ts";
import { checkMoves, checks, projects } from "../schema/index.ts";
import { changeCheck } from "../transitions/change-check.ts";
import { cutLinks, restoreLinks } from "./left-behind.ts";

/** The check cannot move now. The message says why and what to do. */
export class MoveRefused extends Error {}

/** A check, and the project where it is to go. `channelIds`: its channels there; null: those it left there, or else all. */
export type Move = CheckRef & { toProjectId: string; channelIds: readonly string[] | null; at: Instant };

/**
 * Moves a check to another project with its ping URL, history and incidents, and finds again there what it had left there.
 * The caller checks that its person may do so in both, and calls `moveHistory` once this is committed. @returns whether there
 * is such a check and such a project. @throws MoveRefused, UnknownChannel, PlanLimitReached; then nothing is written
 */
export async function moveCheck(pool: Pool, move: Move): Promise<boolean> {
  return await asOneTransaction(pool, async (inside) => {
    const moved = await openDb(inside).transaction((tx) => moveIn(tx, move));
    if (!moved) return false;
    await applyNewWindows(inside, move);
    return true;
  });
}

/** Gives the check the maintenance windows of its new project. @throws MoveRefused where it would miss a deadline by that */
async function applyNewWindows(inside: Pool, { toProjectId: projectId, checkId, at }: Move): Promise<void> {
  const ref = { projectId, checkId };
  let before: Check | null = null;
  const after = await changeCheck(inside, ref, async (check, client) => {
    before = check;
    return [{ kind: "maintenance", at, windows: await windowsFor(openDb(client), ref) }];
  });
  if (before !== null && after !== null && isOverdue(after, at) && !isOverdue(before, at))
    throw new MoveRefused(
      "A maintenance window of this project puts off its deadline, and would no longer do so: move it after its next ping.",
    );
}

function isOverdue({ state: { status, deadlineAt } }: Check, at: Instant): boolean {
  return status === "down" || (deadlineAt !== null && deadlineAt <= at);
}

async function moveIn(tx: Tx, { projectId, checkId, toProjectId, channelIds }: Move): Promise<boolean> {
  if (projectId === toProjectId) return false;
  await requireRoom(
    tx,
    { projectId: toProjectId },
    { checks: await placesNeeded(tx, projectId, toProjectId) },
  );
  if (!(await lockProjects(tx, [projectId, toProjectId]))) return false;
  const ref = { projectId, checkId };
  const [locked] = await tx
    .select({ id: checks.id })
    .from(checks)
    .where(isCheck(ref))
    // The next ping waits for this, and then finds the check in its new project.
    .for("update");
  const facts = locked === undefined ? null : await moveFacts(tx, ref, toProjectId);
  if (facts === null) return false;
  const refusal = moveRefusal(facts);
  if (refusal !== null) throw new MoveRefused(refusal);
  await wakeCheckAndDependents(tx, checkId);
  const left = await cutLinks(tx, ref);
  await changeProject(tx, ref, toProjectId);
  await tx
    .insert(checkMoves)
    .values({ ...ref, slugs: [...facts.slugs], left, movedAt: sql`clock_timestamp()` });
  await arrive(tx, { projectId: toProjectId, checkId }, channelIds);
  return true;
}

/** Within one organization a check keeps its place. */
async function placesNeeded(tx: Tx, from: string, to: string): Promise<number> {
  const found = await tx
    .selectDistinct({ id: projects.organizationId })
    .from(projects)
    .where(inArray(projects.id, [from, to]));
  return found.length > 1 ? 1 : 0;
}

function isCheck({ projectId, checkId }: CheckRef) {
  return and(eq(checks.projectId, projectId), eq(checks.id, checkId), isNull(checks.deletedAt));
}

/**
 * Locks both, in one order everywhere. A ping that creates a check locks its project first, so that no two checks get the
 * same slug at once. @returns whether both exist
 */
async function lockProjects(tx: Tx, ids: readonly string[]): Promise<boolean> {
  const found = await tx
    .select({ id: projects.id })
    .from(projects)
    .where(and(inArray(projects.id, [...ids]), isNull(projects.deletedAt)))
    .orderBy(projects.id)
    .for("no key update");
  return found.length === ids.length;
}

/** What decides whether the check may move to that project now; null where there is no such check. */
export async function moveFacts(db: Db | Tx, ref: CheckRef, toProjectId: string): Promise<MoveFacts | null> {
  const [row] = await db.execute<
    Pick<MoveFacts, "status" | "isManaged" | "waitingChannels"> & { slugs: string[] }
  >(sql`
    select c.managed_by is not null as "isManaged",
      case when exists (select from incidents i where i.check_id = c.id and i.resolved_at is null) then 'down'
        else c.status end as status,
      array(select n.name from deliveries d join channels n on n.id = d.channel_id
        where d.check_id = c.id and d.state in ${UNFINISHED} and d.kind not in ${INFORMATIONAL}) as "waitingChannels",
      array(select a.slug from check_aliases a where a.check_id = c.id and a.slug is not null
        union select c.slug where c.slug <> '') as slugs
    from checks c where c.project_id = ${ref.projectId} and c.id = ${ref.checkId} and c.deleted_at is null`);
  if (row === undefined) return null;
  return { ...row, takenSlugs: await takenSlugs(db, toProjectId, row.slugs) };
}

async function takenSlugs(db: Db | Tx, projectId: string, slugs: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ slug: string }>(sql`
    with asked as (select slug from json_array_elements_text(${JSON.stringify(slugs)}::json) x(slug))
    select slug from asked where exists (
      select from checks c where c.project_id = ${projectId} and c.slug = asked.slug and c.deleted_at is null)
    or exists (select from check_aliases a where a.project_id = ${projectId} and a.slug = asked.slug)`);
  return rows.map(({ slug }) => slug);
}

/** What belongs to a check and has a foreign key to it: one statement, so that the keys hold at its end. */
const OF_CHECK = [
  "flips",
  "incidents",
  "notices",
  "ping_facts",
  "job_leases",
  "refused_pings",
  "check_aliases",
  "shadow_states",
];

async function changeProject(tx: Tx, { projectId, checkId }: CheckRef, toProjectId: string): Promise<void> {
  const parts = OF_CHECK.map(
    (table) => sql`${sql.raw(`${table}_moved`)} as (
      update ${sql.raw(table)} set project_id = ${toProjectId} where project_id = ${projectId} and check_id = ${checkId})`,
  );
  await tx.execute(sql`
    with ${sql.join(parts, sql`, `)}, entries_moved as (
      update incident_entries e set project_id = ${toProjectId} from incidents i
       where i.project_id = ${projectId} and i.check_id = ${checkId} and e.incident_id = i.id)
    update checks set project_id = ${toProjectId}, version = version + 1, updated_at = now() where id = ${checkId}`);
}

/** Links the check with what its new project has for it. */
async function arrive(tx: Tx, ref: CheckRef, channelIds: readonly string[] | null): Promise<void> {
  const [back] = await tx
    .delete(checkMoves)
    .where(and(eq(checkMoves.projectId, ref.projectId), eq(checkMoves.checkId, ref.checkId)))
    .returning({ left: checkMoves.left });
  if (back !== undefined) await restoreLinks(tx, ref, back.left);
  if (channelIds !== null) await replaceChannels(tx, ref, channelIds);
  else if (back === undefined) await replaceChannels(tx, ref, await allChannels(tx, ref.projectId));
}
