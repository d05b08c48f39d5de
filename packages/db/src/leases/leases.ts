import { inTransaction, type Pool } from "../database.ts";
import { findOrCreateChecks, type Found, targetKey, type PingTarget } from "../transitions/find-targets.ts";

/** Who asks for the lease of a check, and for how long; 0 gives it back. */
export type LeaseRequest = { target: PingTarget; owner: string; host: string; ttlSeconds: number };

/** `fence` grows with every new holder, for ever: what a holder writes can be refused once a later one has written. */
export type Lease = {
  isHeld: boolean;
  fence: number;
  /** Of the holder, where it is another one. */
  host: string;
  since: Date;
  expiresAt: Date;
};

/** Why there is no lease to be had. */
export type NoCheck = Exclude<Found["kind"], "check">;

/**
 * Takes, renews or gives back the lease of a check, by the database's clock. A holder that renews keeps its
 * fencing number; where the lease is another's and not over, that one is returned.
 */
export async function askForLease(pool: Pool, { target, ...asked }: LeaseRequest): Promise<Lease | NoCheck> {
  return await inTransaction(pool, async (client) => {
    const slugs = await findOrCreateChecks(client, [target], Date.now());
    const found: Found =
      target.kind === "uuid"
        ? { kind: "check", pingUuid: target.pingUuid, created: false }
        : (slugs.get(targetKey(target)) ?? { kind: "unknown" });
    if (found.kind !== "check") return found.kind;
    const { pingUuid } = found;
    const { owner, host, ttlSeconds } = asked;
    const [own] = await (ttlSeconds === 0
      ? client.query<Lease>(RELEASE, [pingUuid, owner])
      : client.query<Lease>(TAKE, [pingUuid, owner, host, ttlSeconds]));
    if (own !== undefined) return own;
    const [other] = await client.query<Lease>(READ, [pingUuid, owner]);
    return other ?? "unknown";
  });
}

/** The columns of a `Lease`. */
const COLUMNS = `l.owner = $2::uuid as "isHeld", l.fence::float8 as fence, l.host, l.since, l.expires_at as "expiresAt"`;

const TAKE = `
insert into job_leases as l (project_id, check_id, fence, owner, host, since, expires_at)
select c.project_id, c.id, 1, $2::uuid, $3, clock_timestamp(), clock_timestamp() + make_interval(secs => $4)
  from checks c where c.ping_uuid = $1 and c.deleted_at is null
on conflict (check_id) do update
   set fence = l.fence + (l.owner <> excluded.owner)::int, owner = excluded.owner, host = excluded.host,
       since = case when l.owner = excluded.owner then l.since else excluded.since end,
       expires_at = excluded.expires_at
 where l.owner = excluded.owner or l.expires_at <= clock_timestamp()
returning ${COLUMNS}`;

const RELEASE = `
update job_leases l set expires_at = least(l.expires_at, clock_timestamp())
  from checks c where c.id = l.check_id and c.ping_uuid = $1 and l.owner = $2::uuid
returning ${COLUMNS}`;

// A statement of its own: one that waited for another holder's transaction does not see what that wrote.
const READ = `
select ${COLUMNS} from job_leases l join checks c on c.id = l.check_id
 where c.ping_uuid = $1 and c.deleted_at is null`;
