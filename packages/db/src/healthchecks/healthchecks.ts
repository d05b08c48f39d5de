import { createHash } from "node:crypto";

import type { Instant } from "@overdue/schedules";
import { and, asc, count, desc, eq, gte, isNull, lt, sql } from "drizzle-orm";

import { type CheckRef, checksWithChannels, type CheckWithChannels } from "../checks/find-checks.ts";
import { insertCheck, type NewCheck } from "../checks/insert-check.ts";
import type { Db, Tx } from "../database.ts";
import { UNFINISHED } from "../schema/delivery-lists.ts";
import { holdPlaces, requireRoom } from "../plans/room.ts";
import { channels, checks, flips, projects } from "../schema/index.ts";

/** How many checks a project may have; the first ping of a slug (`find-targets.ts`) has the same limit. */
export const CHECKS_PER_PROJECT_MAX = 20_000;

/** The checks of a project that have the slug and all the tags, oldest first. No check has an empty tag. */
export async function findProjectChecks(
  db: Db,
  projectId: string,
  filter: { slug?: string; tags?: readonly string[] } = {},
): Promise<CheckWithChannels[]> {
  const tags = (filter.tags ?? []).map((tag) =>
    tag === "" ? sql`false` : sql`${tag} = any(string_to_array(${checks.tags}, ' '))`,
  );
  const slug = filter.slug === undefined ? undefined : eq(checks.slug, filter.slug);
  return await checksWithChannels(
    db,
    and(eq(checks.projectId, projectId), slug, ...tags),
    CHECKS_PER_PROJECT_MAX,
  );
}

/** The check of a ping URL, in any project. */
export async function findCheckByPingUuid(db: Db | Tx, pingUuid: string): Promise<CheckWithChannels | null> {
  return await first(checksWithChannels(db, eq(checks.pingUuid, pingUuid), 1));
}

/** Whether a check of any project, even a deleted one, has this ping UUID. */
export async function isPingUuidTaken(db: Db, pingUuid: string): Promise<boolean> {
  const found = await db.select({ id: checks.id }).from(checks).where(eq(checks.pingUuid, pingUuid));
  return found.length > 0;
}

/** The check of a badge. */
export async function findCheckByBadgeUuid(db: Db, badgeUuid: string): Promise<CheckWithChannels | null> {
  return await first(checksWithChannels(db, eq(checks.badgeUuid, badgeUuid), 1));
}

/** The check of this project with this unique key, by which read-only API keys name it. */
export async function findCheckByUniqueKey(
  db: Db,
  projectId: string,
  key: string,
): Promise<CheckWithChannels | null> {
  const rows = await db
    .select({ pingUuid: checks.pingUuid })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
  const found = rows.find(({ pingUuid }) => toUniqueKey(pingUuid) === key);
  return found === undefined ? null : await findCheckByPingUuid(db, found.pingUuid);
}

/** The name of a check for readers who may not ping it: SHA-1 of the first half of its ping UUID's digits. */
export function toUniqueKey(pingUuid: string): string {
  return createHash("sha1").update(pingUuid.replaceAll("-", "").slice(0, 16)).digest("hex");
}

/** The fields that `unique` in Healthchecks' API may name. */
export type UniqueFields = {
  name?: string;
  slug?: string;
  tags?: string;
  timeoutSeconds?: number;
  graceSeconds?: number;
};

/** The oldest check of a project that has all these values. */
export async function findEqualCheck(
  db: Db | Tx,
  projectId: string,
  fields: UniqueFields,
): Promise<CheckWithChannels | null> {
  const { name, slug, tags, timeoutSeconds, graceSeconds } = fields;
  const equal = [
    name === undefined ? undefined : eq(checks.name, name),
    slug === undefined ? undefined : eq(checks.slug, slug),
    tags === undefined ? undefined : eq(checks.tags, tags),
    graceSeconds === undefined ? undefined : eq(checks.graceSeconds, graceSeconds),
    timeoutSeconds === undefined ? undefined : sql`${TIMEOUT} = ${timeoutSeconds}`,
  ];
  return await first(checksWithChannels(db, and(eq(checks.projectId, projectId), ...equal), 1));
}

const TIMEOUT_DEFAULT_SECONDS = 86_400;
// A check with a cron schedule keeps its earlier timeout.
const TIMEOUT = sql`coalesce((${checks.schedule}->>'everySeconds')::int,
  (${checks.inactiveSchedule}->>'timeoutSeconds')::int, ${TIMEOUT_DEFAULT_SECONDS}::int)`;

async function first(rows: Promise<CheckWithChannels[]>): Promise<CheckWithChannels | null> {
  return (await rows)[0] ?? null;
}

/** The project with this badge key. */
export async function findProjectByBadgeKey(db: Db, badgeKey: string): Promise<{ id: string } | null> {
  const [found] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.badgeKey, badgeKey), isNull(projects.deletedAt)));
  return found ?? null;
}

const ROWS_MAX = 10_000;

/** The id, name and kind of every channel of a project, oldest first, including broken ones. */
export async function listChannelNames(
  db: Db,
  projectId: string,
): Promise<{ id: string; name: string; kind: string }[]> {
  return await db
    .select({ id: channels.id, name: channels.name, kind: channels.kind })
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)))
    .orderBy(asc(channels.createdAt), asc(channels.id))
    .limit(ROWS_MAX);
}

/** Flips of a check within [from, until), the most recently written first. */
export async function listFlipsWithin(
  db: Db,
  { projectId, checkId }: CheckRef,
  { from, until }: { from: Instant | null; until: Instant | null },
): Promise<{ at: Date; to: string }[]> {
  return await db
    .select({ at: flips.at, to: flips.to })
    .from(flips)
    .where(
      and(
        eq(flips.projectId, projectId),
        eq(flips.checkId, checkId),
        from === null ? undefined : gte(flips.at, new Date(from)),
        until === null ? undefined : lt(flips.at, new Date(until)),
      ),
    )
    .orderBy(desc(flips.deadlineSeq), desc(flips.id))
    .limit(ROWS_MAX);
}

/** Counts of the whole instance for monitoring; null where there is nothing to count. */
export type ServiceCounts = { pings: number | null; deliveries: number | null; waitingFlips: number };

export async function readServiceCounts(db: Db): Promise<ServiceCounts> {
  const rows = await db.execute<ServiceCounts>(sql`
    select (select nullif(sum(ping_count), 0)::float8 from checks) as pings,
           (select nullif(count(*), 0)::float8 from deliveries) as deliveries,
           (select count(distinct flip_id)::float8 from deliveries
             where state in ${UNFINISHED}) as "waitingFlips"`);
  return rows[0] ?? { pings: null, deliveries: null, waitingFlips: 0 };
}

/** Whether the database answers. */
export async function databaseAnswers(db: Db): Promise<boolean> {
  return await db.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
}

/** The project has as many checks as it may have. */
export class TooManyChecks extends Error {}

/**
 * Creates the check unless the project has one with these values; `unique` null: creates it in any case. The project is
 * locked, so that two requests at once create only one. @returns the equal check; null if it was created
 * @throws TooManyChecks, UnknownChannel, PlanLimitReached
 */
export async function createUnlessEqual(
  db: Db,
  input: NewCheck,
  unique: UniqueFields | null,
): Promise<CheckWithChannels | null> {
  return await db.transaction(async (tx) => {
    await holdPlaces(tx, input);
    await tx
      .select({ id: projects.id })
      .from(projects)
      .where(eq(projects.id, input.projectId))
      .for("no key update");
    const equal = unique === null ? null : await findEqualCheck(tx, input.projectId, unique);
    if (equal !== null) return equal;
    if (!(await hasRoom(tx, input.projectId))) throw new TooManyChecks();
    await requireRoom(tx, input, { checks: 1 });
    await insertCheck(tx, input);
    return null;
  });
}

/** Whether a project may have one more check. */
export async function hasRoom(db: Db | Tx, projectId: string): Promise<boolean> {
  const [row] = await db
    .select({ checks: count() })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
  return (row?.checks ?? 0) < CHECKS_PER_PROJECT_MAX;
}
