import type { Pool } from "../database.ts";

/** For how long the operator page says that a receiver is gone. */
const SHOWN_FOR = "7 days";
/** Storing what was kept for less time than this is no problem. */
const STORES_AT_MOST = "5 minutes";

type Row = { host: string; since: string; isGone: boolean; megabytes: number };

/** A sentence for each receiver that is gone with what it may have kept, or that has stored what it kept for long. */
export async function spoolProblems(pool: Pool): Promise<string[]> {
  const rows = await pool.query<Row>(
    `select host, given_up_at is not null as "isGone", ceil(kept_bytes / 1e6)::float8 as megabytes,
            to_char(coalesce(kept_since, checkpoint_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since
       from receivers
      where ended_at is null
        and (given_up_at > clock_timestamp() - interval '${SHOWN_FOR}'
             or (given_up_at is null and kept_since < clock_timestamp() - interval '${STORES_AT_MOST}'))
      order by checkpoint_at limit 100`,
    [],
  );
  return rows.map(sentenceOf);
}

function sentenceOf({ host, since, isGone, megabytes }: Row): string {
  return isGone
    ? `The receiver on ${host} has stored nothing since ${since} UTC and is gone: pings that it kept in DATA_DIR/spool are missing, and deadlines were put off because of it. If that folder still exists, start it again there, and they are stored.`
    : `The receiver on ${host} still stores pings that it kept since ${since} UTC (${megabytes} MB): deadlines after that are evaluated once it has stored them.`;
}
