import { randomUUID } from "node:crypto";

import { type CheckSettings, defaultSettings, fold, newCheck, type PingFilter } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { PING_FILTER_COLUMNS } from "../checks/check-row.ts";
import { type CheckDetails, insertCheck } from "../checks/insert-check.ts";
import { openDb, type Pool, type PoolClient } from "../database.ts";
import { takePlaces } from "../plans/room.ts";
import { isOwnPingKey, storedKey } from "../secrets/api-key.ts";

/** Which check a ping is for: by the check's own UUID, or by the project's ping key and a slug. */
export type PingTarget =
  | { kind: "uuid"; pingUuid: string }
  /** `create`: the ping asks for the check where there is none. `name`: its name then; left out: its slug. */
  | { kind: "slug"; pingKey: string; slug: string; create: boolean; name?: string };

export type Found =
  | { kind: "check"; pingUuid: string; created: boolean }
  /** `full`: why no check was made, where the plan of the organization allows no more; left out: for another reason. */
  | { kind: "unknown"; full?: string }
  | { kind: "ambiguous" };

/** A check that its first ping creates is due once a day with an hour of grace, as in Healthchecks. */
const FIRST_SCHEDULE = { kind: "interval", everySeconds: 86_400 } as const;
const FIRST_GRACE_SECONDS = 3_600;
const CHECKS_PER_PROJECT_MAX = 20_000;

/** Returns the check of each slug target, by `targetKey`, and makes those of the missing ones that the project allows. */
export async function findOrCreateChecks(
  client: PoolClient,
  targets: readonly PingTarget[],
  at: Instant,
): Promise<Map<string, Found>> {
  const asked = targets.filter((target) => target.kind === "slug");
  if (asked.length === 0) return new Map();
  const slugs = await withPingKeys(client, asked);
  const found = await findBySlug(client, slugs);
  for (const target of slugs) {
    if (found.get(targetKey(target))?.kind === "unknown")
      found.set(targetKey(target), await createByPing(client, target, at));
  }
  return new Map(asked.map((target, index) => [targetKey(target), answerTo(found, slugs[index])]));
}

/** The same without creating any: a check that its ping would create counts as unknown. */
export async function findExistingChecks(
  pool: Pool,
  targets: readonly PingTarget[],
): Promise<Map<string, Found>> {
  const asked = targets.filter((target) => target.kind === "slug");
  if (asked.length === 0) return new Map();
  const slugs = await withPingKeys(pool, asked);
  const found = await findBySlug(pool, slugs);
  return new Map(asked.map((target, index) => [targetKey(target), answerTo(found, slugs[index])]));
}

function answerTo(found: ReadonlyMap<string, Found>, target: SlugTarget | undefined): Found {
  return (target && found.get(targetKey(target))) ?? { kind: "unknown" };
}

export function targetKey(target: { pingKey: string; slug: string }): string {
  return `${target.pingKey}/${target.slug}`;
}

type SlugTarget = Extract<PingTarget, { kind: "slug" }>;

/**
 * The check of the project with the slug; else with an alias that is it; else a check that had it and moved out of the
 * project. One statement looks for all: between two, a check could move, and neither would find it.
 */
async function findBySlug(
  client: Pool | PoolClient,
  slugs: readonly SlugTarget[],
): Promise<Map<string, Found>> {
  const rows = await client.query<{ ping_key: string; slug: string; own: string[]; other: string | null }>(
    `select x.ping_key, x.slug, o.own, case when o.own = '{}' then coalesce(
              (select c.ping_uuid from check_aliases a join checks c on c.id = a.check_id and c.deleted_at is null
                where a.project_id = p.id and a.slug = x.slug),
              (select c.ping_uuid from check_moves m join checks c on c.id = m.check_id and c.deleted_at is null
                where m.project_id = p.id and x.slug = any(m.slugs) order by m.moved_at desc limit 1)) end as other
       from (select distinct ping_key, slug from unnest($1::text[], $2::text[]) as x(ping_key, slug)) x
       join projects p on p.ping_key = x.ping_key and p.deleted_at is null
      cross join lateral (select array(select c.ping_uuid from checks c
        where c.project_id = p.id and c.slug = x.slug and c.deleted_at is null limit 2) as own) o`,
    [slugs.map((target) => target.pingKey), slugs.map((target) => target.slug)],
  );
  const found = new Map<string, Found>(slugs.map((target) => [targetKey(target), { kind: "unknown" }]));
  for (const { ping_key: pingKey, slug, own, other } of rows) {
    const [pingUuid = other, ...more] = own;
    if (more.length > 0) found.set(targetKey({ pingKey, slug }), { kind: "ambiguous" });
    else if (pingUuid !== null)
      found.set(targetKey({ pingKey, slug }), { kind: "check", pingUuid, created: false });
  }
  return found;
}

/** The UUID target of the one check that a slug finds, which may have moved out of the project; null where none is found. */
async function findOne(pool: Pool, target: SlugTarget): Promise<PingTarget | null> {
  const found = (await findBySlug(pool, [target])).get(targetKey(target));
  return found?.kind === "check" ? { kind: "uuid", pingUuid: found.pingUuid } : null;
}

/** SQL: whether the check `c` has the slug $2, or an alias that is one. */
export const HAS_SLUG = `(c.slug = $2 or exists (
  select from check_aliases a where a.project_id = c.project_id and a.check_id = c.id and a.slug = $2))`;

/** Settings that come with the ping that creates a check; without them it is due once a day. */
type FirstSettings = Pick<CheckDetails, "declared"> & { settings: Partial<CheckSettings> };

/** Makes the check of a slug for which there is none, where its project lets pings make checks. */
export async function createByPing(
  client: PoolClient,
  target: SlugTarget & { first?: FirstSettings },
  at: Instant,
): Promise<Found> {
  const db = openDb(client);
  const inProject = await wantsCheck(client, target);
  // Before the project is locked, as everywhere.
  const full = inProject === null ? null : await takePlaces(db, { projectId: inProject }, { checks: 1 });
  if (full !== null) return { kind: "unknown", full };
  const projectId = await lockProject(client, target);
  if (projectId === null) return { kind: "unknown" };
  // Another receiver may have created it while we waited for the lock.
  const again = (await findBySlug(client, [target])).get(targetKey(target));
  if (again !== undefined && again.kind !== "unknown") return again;
  const { settings: given, declared = null } = target.first ?? { settings: {} };
  const defaults = { ...defaultSettings, schedule: FIRST_SCHEDULE, graceSeconds: FIRST_GRACE_SECONDS };
  const made = newCheck(randomUUID(), at, { ...defaults, ...given });
  const { check, nextAt } = fold(made, { kind: "time", now: at });
  const details = { name: target.name ?? target.slug, slug: target.slug, declared };
  const { pingUuid } = await insertCheck(db, {
    projectId,
    details,
    check,
    nextAt,
    channelIds: "all",
  });
  return { kind: "check", pingUuid, created: true };
}

/** SQL: the projects with the ping key $1 that let a ping make a check; $2: whether it asks for that. */
const WANTS_CHECK = `select p.id from projects p where p.ping_key = $1 and p.deleted_at is null
  and (p.checks_from_pings = 'always' or (p.checks_from_pings = 'asked' and $2::boolean))`;

async function wantsCheck(client: PoolClient, { pingKey, create }: SlugTarget): Promise<string | null> {
  const rows = await client.query<{ id: string }>(WANTS_CHECK, [pingKey, create]);
  return rows[0]?.id ?? null;
}

/** Null when there is no such project, it is full, or it does not want checks to be made so. */
async function lockProject(client: PoolClient, { pingKey, create }: SlugTarget): Promise<string | null> {
  const rows = await client.query<{ id: string }>(
    `${WANTS_CHECK}
        and (select count(*) from checks c where c.project_id = p.id and c.deleted_at is null) < $3
        for update`,
    [pingKey, create, CHECKS_PER_PROJECT_MAX],
  );
  return rows[0]?.id ?? null;
}

/** Whether this is the ping key of a project, or an API key for its pings. */
export async function isPingKey(pool: Pool, pingKey: string): Promise<boolean> {
  const [resolved] = await withPingKeys(pool, [{ kind: "slug", pingKey, slug: "" }]);
  const rows = await pool.query("select 1 from projects where ping_key = $1 and deleted_at is null", [
    resolved?.pingKey ?? pingKey,
  ]);
  return rows.length > 0;
}

/**
 * How many checks a ping to this target would find; nothing is locked or created. A check that the ping would create
 * counts as found.
 */
export async function countChecks(pool: Pool, target: PingTarget): Promise<"one" | "none" | "several"> {
  if (target.kind === "slug") return await countChecksOfSlug(pool, target);
  const rows = await pool.query("select 1 from checks where ping_uuid = $1 and deleted_at is null", [
    target.pingUuid,
  ]);
  return rows.length > 0 ? "one" : "none";
}

async function countChecksOfSlug(pool: Pool, asked: SlugTarget): Promise<"one" | "none" | "several"> {
  const [target = asked] = await withPingKeys(pool, [asked]);
  const { pingKey, slug, create } = target;
  const rows = await pool.query<{ checks: number }>(
    `select count(c.id)::int as checks
       from projects p left join checks c on c.project_id = p.id and ${HAS_SLUG} and c.deleted_at is null
      where p.ping_key = $1 and p.deleted_at is null
      group by p.id`,
    [pingKey, slug],
  );
  const checks = rows[0]?.checks;
  if (checks === 0 && !create && (await findOne(pool, target)) !== null) return "one";
  if (checks === undefined || (checks === 0 && !create)) return "none";
  return checks > 1 ? "several" : "one";
}

/** What must be known of a check before a mail for it is read. */
export type MailTarget = { projectId: string; filtersSubject: boolean; filtersBody: boolean };

/** The one check that a mail to this target is for; null where there is none, or more than one. Creates nothing. */
export async function findMailTarget(pool: Pool, target: PingTarget): Promise<MailTarget | null> {
  const columns = `c.project_id as "projectId", c.filter_subject as "filtersSubject", c.filter_body as "filtersBody"`;
  if (target.kind === "uuid") {
    const rows = await pool.query<MailTarget>(
      `select ${columns} from checks c where c.ping_uuid = $1 and c.deleted_at is null`,
      [target.pingUuid],
    );
    return rows[0] ?? null;
  }
  const [slugTarget = target] = await withPingKeys(pool, [target]);
  const rows = await pool.query<MailTarget>(
    `select ${columns} from projects p
             join checks c on c.project_id = p.id and ${HAS_SLUG} and c.deleted_at is null
            where p.ping_key = $1 and p.deleted_at is null limit 2`,
    [slugTarget.pingKey, slugTarget.slug],
  );
  if (rows.length > 0) return rows.length === 1 ? (rows[0] ?? null) : null;
  const moved = await findOne(pool, slugTarget);
  return moved === null ? null : await findMailTarget(pool, moved);
}

/**
 * Returns the targets, in order, with the project's ping key in place of an API key of scope `ping`, which may be one that
 * another product made. What has the form of a ping key is not looked for. An unknown, expired
 * or revoked key stays as it is, and finds nothing. Stores when a key was used, at most once a minute.
 */
export async function withPingKeys<Slug extends { kind: "slug"; pingKey: string; slug: string }>(
  client: Pool | PoolClient,
  targets: readonly Slug[],
): Promise<Slug[]> {
  const keys = [...new Set(targets.map(({ pingKey }) => pingKey))].filter((key) => !isOwnPingKey(key));
  if (keys.length === 0) return [...targets];
  const hashes = keys.map((key) => storedKey(key).hash);
  const rows = await client.query<{ hash: string; ping_key: string }>(
    `with found as (
       select k.id, k.hash, k.last_used_at, p.ping_key
         from unnest($1::text[], $2::text[]) as x(prefix, hash)
         join api_keys k on k.prefix = x.prefix and k.hash = x.hash and k.scope = 'ping' and k.revoked_at is null
                        and (k.expires_at is null or k.expires_at > clock_timestamp())
         join projects p on p.id = k.project_id and p.deleted_at is null),
     stale as (
       select id from api_keys
        where id in (select id from found where last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
          for update skip locked),
     used as (update api_keys set last_used_at = clock_timestamp() where id in (select id from stale))
     select hash, ping_key from found`,
    [keys.map((key) => storedKey(key).prefix), hashes],
  );
  const pingKeys = new Map(rows.map((row) => [row.hash, row.ping_key]));
  return targets.map((target) => ({
    ...target,
    pingKey: pingKeys.get(storedKey(target.pingKey).hash) ?? target.pingKey,
  }));
}

/** How the check that a target names reads its pings; empty where there is no such check. */
export async function findPingFilters(pool: Pool, target: PingTarget): Promise<PingFilter[]> {
  return target.kind === "uuid" ? await byUuid(pool, target.pingUuid) : await bySlug(pool, target);
}

async function byUuid(pool: Pool, pingUuid: string): Promise<PingFilter[]> {
  const rows = await pool.query<PingFilter>(
    `select ${PING_FILTER_COLUMNS} from checks where ping_uuid = $1 and deleted_at is null`,
    [pingUuid],
  );
  return rows;
}

async function bySlug(pool: Pool, asked: Extract<PingTarget, { kind: "slug" }>): Promise<PingFilter[]> {
  const [target = asked] = await withPingKeys(pool, [asked]);
  const rows = await pool.query<PingFilter>(
    `select ${PING_FILTER_COLUMNS} from checks c
      where project_id = (select id from projects where ping_key = $1 and deleted_at is null)
        and ${HAS_SLUG} and deleted_at is null`,
    [target.pingKey, target.slug],
  );
  const moved = rows.length === 0 ? await findOne(pool, target) : null;
  return moved?.kind === "uuid" ? await byUuid(pool, moved.pingUuid) : rows;
}
