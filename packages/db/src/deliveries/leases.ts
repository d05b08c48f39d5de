import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import type { Claim } from "./claim.ts";
import { fallBackMeanwhile } from "./fallback.ts";

/** `slow`: under way for so long that the fallback channel gets it too; see {@link fallBackMeanwhile}. */
export type UnderWay = { claim: Claim; slow: boolean };

/**
 * Prolongs the leases of attempts that are still under way, to `seconds` from now, with the rest of a channel that one of
 * them probes. An attempt that another has taken over is left alone. `slowSeconds`: from when on an attempt is slow.
 */
export function keepLeases(
  db: Db,
  underWay: readonly UnderWay[],
  { seconds, slowSeconds }: { seconds: number; slowSeconds: number },
): Promise<void> {
  return db.transaction(async (tx) => {
    const given = JSON.stringify(
      underWay.map(({ claim }) => ({ id: claim.deliveryId, attempt: claim.attempt, probe: claim.isProbe })),
    );
    const until = sql`clock_timestamp() + ${seconds} * interval '1 second'`;
    await tx.execute(sql`
      with given as (select * from json_to_recordset(${given}::json) as x(id uuid, attempt int, probe boolean)),
      kept as (
        update deliveries d set lease_until = ${until} from given g
        where d.id = g.id and d.attempt = g.attempt and d.state = 'sending'
        returning d.project_id, d.channel_id, g.probe
      )
      update channels c set circuit_until = ${until} from kept
      where kept.probe and c.project_id = kept.project_id and c.id = kept.channel_id`);
    const slow = new Set(underWay.filter((one) => one.slow).map(({ claim }) => claim.channelId));
    await fallBackMeanwhile(tx, { channelIds: [...slow], seconds: slowSeconds });
  });
}

/**
 * Ends the leases of checkers that are gone, so that nobody waits for what died with them. Gone is who has neither a
 * connection here (each names its process) nor evaluated deadlines lately; right after a start of the database nobody is, since all
 * connections were lost. @returns how many leases ended.
 */
export async function freeLeases(db: Db): Promise<number> {
  const { count } = await db.execute(sql`
    with gone as (
      select h.holder from (
        select distinct holder from deliveries
        where state in ('pending', 'retry', 'sending') and state = 'sending' and holder is not null
          and lease_until > clock_timestamp()
      ) h
      where pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds'
        and not exists (select from pg_stat_activity a
          where a.application_name like '%' || h.holder || '%' and a.datname = current_database())
        and not exists (select from checkers k
          where k.id = h.holder and k.evaluated_at > clock_timestamp() - interval '2 seconds')
    )
    update deliveries d set lease_until = clock_timestamp()
    from gone where d.holder = gone.holder and d.state = 'sending' and d.lease_until > clock_timestamp()`);
  return count;
}
