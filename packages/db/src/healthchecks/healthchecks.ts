import { createHash } from "node:crypto";

import type { Instant } from "@overdue/schedules";
import { and, asc, count, desc, eq, gte, isNull, lt, sql } from "drizzle-orm";

import { type CheckRef, checksWithChannels, type CheckWithChannels } from "../checks/find-checks.ts";
import { insertCheck, type NewCheck } from "../checks/insert-check.ts";
import type { Db, Tx } from "../database.ts";
import { UNFINISHED } from "../schema/delivery-lists.ts";
import { channels, checks, flips, projects } from "../schema/index.ts";

/** How many checks a project has at most; `createCheck` and the first ping of a slug hold it too. */
export const CHECKS_PER_PROJECT_MAX = 20_000;

/** Every check of a project, oldest first; each carries all the tags. An empty tag is on no check. */
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

/** The check behind a ping URL, in whatever project it is. */
export async function findCheckByPingUuid(db: Db, pingUuid: string): Promise<CheckWithChannels | null> {
  return await first(checksWithChannels(db, eq(checks.pingUuid, pingUuid), 1));
}

/** Whether a check of any project has this UUID, one that is deleted too. */
export async function isPingUuidTaken(db: Db, pingUuid: string): Promise<boolean> {
  const found = await db.select({ id: checks.id }).from(checks).where(eq(checks.pingUuid, pingUuid));
  return found.length > 0;
}

/** The check behind a badge. */
export async function findCheckByBadgeUuid(db: Db, badgeUuid: string): Promise<CheckWithChannels | null> {
  return await first(checksWithChannels(db, eq(checks.badgeUuid, badgeUuid), 1));
}

/** The check of this project that read-only keys know by this name of it. */
export async function findCheckByUniqueKey(
  db: Db,
  projectId: string,
  key: string,
): Promise<CheckWithChannels | null> {
  const names = await db
    .select({ pingUuid: checks.pingUuid })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
  const named = names.find(({ pingUuid }) => uniqueKeyOf(pingUuid) === key);
  return named === undefined ? null : await findCheckByPingUuid(db, named.pingUuid);
}

/** Names a check to readers who may not ping it: SHA-1 of the first half of its ping UUID's digits. */
export function uniqueKeyOf(pingUuid: string): string {
  return createHash("sha1").update(pingUuid.replaceAll("-", "").slice(0, 16)).digest("hex");
}

/** What `unique` of Healthchecks' clients may compare. */
export type UniqueFields = {
  name?: string;
  slug?: string;
  tags?: string;
  timeoutSeconds?: number;
  graceSeconds?: number;
};

/** The oldest check of a project whose fields all equal these. */
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
// A cron check keeps the timeout it had.
const TIMEOUT = sql`coalesce((${checks.schedule}->>'everySeconds')::int,
  (${checks.inactiveSchedule}->>'timeoutSeconds')::int, ${TIMEOUT_DEFAULT_SECONDS}::int)`;

async function first(rows: Promise<CheckWithChannels[]>): Promise<CheckWithChannels | null> {
  return (await rows)[0] ?? null;
}

/** The project that its badges name so. */
export async function findProjectByBadgeKey(db: Db, badgeKey: string): Promise<{ id: string } | null> {
  const [found] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.badgeKey, badgeKey), isNull(projects.deletedAt)));
  return found ?? null;
}

const ROWS_MAX = 10_000;

/** Every channel of a project, oldest first, broken ones too: who it is, not what it is set to. */
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

/** Changes of status within [from, until), the one written last first. */
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

/** How much was done and how much waits, for who watches the service. */
export type ServiceCounts = { pings: number | null; deliveries: number | null; waitingFlips: number };

export async function serviceCounts(db: Db): Promise<ServiceCounts> {
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

/** The project is full. */
export class TooManyChecks extends Error {}

/**
 * Creates the check unless one with these fields is there, which is answered instead; null: creates it anyhow. The
 * project is locked, so that two that ask at once make one.
 * @throws TooManyChecks, UnknownChannel
 */
export async function createUnlessEqual(
  db: Db,
  input: NewCheck,
  unique: UniqueFields | null,
): Promise<CheckWithChannels | null> {
  return await db.transaction(async (tx) => {
    await tx
      .select({ id: projects.id })
      .from(projects)
      .where(eq(projects.id, input.projectId))
      .for("no key update");
    const equal = unique === null ? null : await findEqualCheck(tx, input.projectId, unique);
    if (equal !== null) return equal;
    if (!(await hasRoom(tx, input.projectId))) throw new TooManyChecks();
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
