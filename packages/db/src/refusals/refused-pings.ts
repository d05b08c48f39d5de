import type { Instant } from "@overdue/schedules";
import type { Pool, Db } from "../database.ts";
import { withPingKeys } from "../transitions/find-targets.ts";
import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { EventPage } from "../history/list-events.ts";
import { checkAliases, checks, refusedPings } from "../schema/index.ts";

/** Why a ping did not count. The answer is an error up to "too-many", and OK from "link-preview" on, as in Healthchecks. */
export const REFUSAL_REASONS = [
  "unknown-slug",
  "over-plan",
  "unknown-token",
  "unknown-path",
  "invalid-slug",
  "invalid-exit-status",
  "invalid-run-id",
  "ambiguous-slug",
  "other-dialect",
  "malformed-request",
  "too-many",
  "link-preview",
  "too-old",
  "method",
  "no-keyword",
  "paused",
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Equal pings that did not count, and how many there were; method, address and user agent are those of the last one. */
export type Refusal = {
  owner:
    | { kind: "uuid"; pingUuid: string }
    | { kind: "key"; pingKey: string; slug: string }
    /** Of another product, in a URL that names no project: it is shown where the instance has one project alone. */
    | { kind: "token"; token: string };
  reason: RefusalReason;
  asked: string;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  method: string;
  remoteAddress: string | null;
  userAgent: string;
};

const ROWS_PER_PROJECT_MAX = 200;

const STORE = `
with given as (
  select * from json_to_recordset($1::json) as x(
    ping_uuid uuid, ping_key text, token text, slug text, reason text, asked text, count integer, first_at float8, last_at float8,
    method text, remote_address text, user_agent text)
), owned as (
  select c.project_id, c.id as check_id, x.*
    from given x join checks c on c.ping_uuid = x.ping_uuid and c.deleted_at is null
   union all
  select p.id, (select min(c.id::text)::uuid from checks c
                 where c.project_id = p.id and c.slug = x.slug and c.deleted_at is null having count(*) = 1), x.*
    from given x join projects p on p.ping_key = x.ping_key and p.deleted_at is null
   union all
  select p.id, null, x.*
    from given x join projects p on x.token is not null and p.deleted_at is null
   where (select count(*) from (select from projects where deleted_at is null limit 2) few) = 1
), stored as (
  insert into refused_pings (project_id, check_id, reason, asked, count, first_at, last_at, method, remote_address,
                             user_agent)
  select project_id, check_id, reason, asked, sum(count), to_timestamp(min(first_at) / 1000),
         to_timestamp(max(last_at) / 1000), (array_agg(method order by last_at desc))[1],
         case when (select short_addresses from projects p where p.id = project_id) then null
              else (array_agg(remote_address order by last_at desc))[1] end, (array_agg(user_agent order by last_at desc))[1]
    from owned group by project_id, check_id, reason, asked
   order by project_id, check_id, reason, asked
  on conflict on constraint refused_pings_once do update
     set count = least(refused_pings.count::bigint + excluded.count, 2147483647)::integer,
         last_at = greatest(refused_pings.last_at, excluded.last_at), method = excluded.method,
         remote_address = excluded.remote_address, user_agent = excluded.user_agent
  returning project_id
)
select array_agg(distinct project_id) as "projectIds" from stored`;

const TRIM = `
delete from refused_pings r using (
  select id, row_number() over (partition by project_id order by last_at desc, id desc) as place
    from refused_pings where project_id = any($1::uuid[])
) ranked
where r.id = ranked.id and ranked.place > ${ROWS_PER_PROJECT_MAX}`;

/** Stores pings that did not count for the projects that they name; those that name no existing project are dropped. */
export async function storeRefusals(pool: Pool, refusals: readonly Refusal[]): Promise<void> {
  const rows = await pool.query<{ projectIds: string[] | null }>(STORE, [
    JSON.stringify(await toRows(pool, refusals)),
  ]);
  const projectIds = rows[0]?.projectIds ?? null;
  if (projectIds !== null) await pool.query(TRIM, [projectIds]);
}

async function toRows(pool: Pool, refusals: readonly Refusal[]) {
  const targets = await withPingKeys(
    pool,
    refusals.map(({ owner }) => ({
      kind: "slug" as const,
      pingKey: owner.kind === "key" ? owner.pingKey : "",
      slug: owner.kind === "key" ? owner.slug : "",
    })),
  );
  return refusals.map(({ owner, ...refusal }, i) => ({
    ping_uuid: owner.kind === "uuid" ? owner.pingUuid : null,
    ping_key: owner.kind === "key" ? targets[i]?.pingKey : null,
    token: owner.kind === "token" ? owner.token : null,
    slug: owner.kind === "key" ? owner.slug : null,
    reason: refusal.reason,
    asked: refusal.asked,
    count: refusal.count,
    first_at: refusal.firstAt,
    last_at: refusal.lastAt,
    method: refusal.method,
    remote_address: refusal.remoteAddress,
    user_agent: refusal.userAgent,
  }));
}

/**
 * `missingSlug`: the slug that it named, where no check has that now; null where it named none, or one that is there.
 * `missingToken`: the same of a token of another product, as `product/token`.
 */
export type RefusedPingRow = typeof refusedPings.$inferSelect & {
  missingSlug: string | null;
  missingToken: string | null;
};

const ASKED_SLUG = sql`substring(${refusedPings.asked} from '^/([a-z0-9_-]{1,100})(?:[/?]|$)')`;
const MISSING_SLUG = sql<string | null>`case
  when ${refusedPings.reason} = 'unknown-slug' and not exists (
    select 1 from ${checks} where ${checks.projectId} = ${refusedPings.projectId} and ${checks.slug} = ${ASKED_SLUG}
       and ${checks.deletedAt} is null)
  then ${ASKED_SLUG} end`;

const MISSING_TOKEN = sql<string | null>`case
  when ${refusedPings.reason} = 'unknown-token' and not exists (
    select 1 from ${checkAliases} where ${checkAliases.token} = substring(${refusedPings.asked} from '/(.*)$'))
  then ${refusedPings.asked} end`;

/** Pings of a project, or of one check, that did not count, the most recent first. */
export async function listRefusedPings(
  db: Db,
  { projectId, checkId }: { projectId: string; checkId?: string | undefined },
  { limit, after }: EventPage,
): Promise<RefusedPingRow[]> {
  return await db
    .select({ ...getTableColumns(refusedPings), missingSlug: MISSING_SLUG, missingToken: MISSING_TOKEN })
    .from(refusedPings)
    .where(
      and(
        eq(refusedPings.projectId, projectId),
        checkId === undefined ? undefined : eq(refusedPings.checkId, checkId),
        after === null
          ? undefined
          : sql`(${refusedPings.lastAt}, ${refusedPings.id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(refusedPings.lastAt), desc(refusedPings.id))
    .limit(limit);
}
