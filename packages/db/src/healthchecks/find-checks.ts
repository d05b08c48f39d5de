import { createHash } from "node:crypto";
import { and, eq, isNull, sql, asc, getTableColumns, type SQL } from "drizzle-orm";
import type { CheckWithChannels } from "../checks/find-checks.ts";
import type { Db, Tx } from "../database.ts";
import { checks, channels, checkChannels, projects } from "../schema/index.ts";

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

/** Checks that are there, in projects that are there, oldest first, with the channels they alert. */
export async function checksWithChannels(
  db: Db | Tx,
  where: SQL | undefined,
  limit: number,
): Promise<CheckWithChannels[]> {
  return await db
    .select({ ...getTableColumns(checks), channelIds: CHANNEL_IDS })
    .from(checks)
    .innerJoin(projects, and(eq(projects.id, checks.projectId), isNull(projects.deletedAt)))
    .where(and(where, isNull(checks.deletedAt)))
    .orderBy(asc(checks.createdAt), asc(checks.id))
    .limit(limit);
}

const CHANNEL_IDS = sql<string[]>`array(
  select ${checkChannels.channelId} from ${checkChannels}
    join ${channels} on ${channels.id} = ${checkChannels.channelId} and ${channels.deletedAt} is null
   where ${checkChannels.checkId} = ${checks.id}
   order by 1)`;
