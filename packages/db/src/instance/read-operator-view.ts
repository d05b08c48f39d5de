import { sql } from "drizzle-orm";

import { openDb, type Pool } from "../database.ts";
import { readVitalSigns } from "../receivers/vital-signs.ts";
import { UNFINISHED } from "../schema/delivery-lists.ts";
import { epochMs, SELF_TEST_ALERTS } from "../sql-fragments.ts";

type CheckerVitals = {
  id: string;
  startedAt: Date;
  evaluatedAt: Date;
  watermarkAt: Date | null;
  isAlive: boolean;
};
type ReceiverVitals = {
  id: string;
  startedAt: Date;
  checkpointAt: Date;
  isAlive: boolean;
  /** Pings on its disk that are not stored yet, as it last said, and since when. */
  keptBytes: number;
  keptSince: Date | null;
};
/** How long the self-test's alerts of some span took, from their deadline until they arrived. */
type Latencies = { count: number; p50Ms: number | null; p99Ms: number | null; mostMs: number | null };

/** What the operator sees of the whole instance. */
export type OperatorView = {
  checkers: CheckerVitals[];
  receivers: ReceiverVitals[];
  evaluation: { lagSeconds: number | null; waitSeconds: number | null };
  deliveries: {
    /** Due, but not yet claimed. */
    due: number;
    underWay: number;
    /** Not due yet, such as those that wait for a retry. */
    later: number;
    oldestDueSeconds: number | null;
    deadLetters: number;
  };
  channels: { all: number; broken: number; resting: number };
  selfTest: { lastArrivedAt: Date | null; hour: Latencies; day: Latencies };
  heartbeatAt: Date | null;
};

/** A process that wrote nothing for this long has most likely died. */
const ALIVE_FOR = "15 seconds";
/** For how long a dead process is still shown. */
const SHOWN_FOR = "1 hour";

export async function readOperatorView(pool: Pool): Promise<OperatorView> {
  const signs = await readVitalSigns(pool);
  const counts = await readCounts(pool);
  return {
    checkers: await readCheckers(pool),
    receivers: await readReceivers(pool),
    evaluation: { lagSeconds: signs.watermarkLag, waitSeconds: signs.deadlineWait },
    deliveries: {
      due: counts.due,
      underWay: counts.underWay,
      later: counts.later,
      oldestDueSeconds: counts.due === 0 ? null : signs.deliveryWait,
      deadLetters: signs.deadLetters,
    },
    channels: { all: counts.all, broken: counts.broken, resting: counts.resting },
    selfTest: {
      lastArrivedAt: counts.lastArrivedAt === null ? null : new Date(counts.lastArrivedAt),
      hour: await readLatencies(pool, "1 hour"),
      day: await readLatencies(pool, "1 day"),
    },
    heartbeatAt: counts.heartbeatAt === null ? null : new Date(counts.heartbeatAt),
  };
}

type Counts = Record<"due" | "underWay" | "later" | "all" | "broken" | "resting", number> & {
  lastArrivedAt: number | null;
  heartbeatAt: number | null;
};

async function readCounts(pool: Pool): Promise<Counts> {
  const rows = await openDb(pool).execute<Counts>(sql`
    select d.*, c.*,
      (select ${epochMs("max(a.finished_at)")} from ${SELF_TEST_ALERTS} a) as "lastArrivedAt",
      (select ${epochMs("created_at")} from instance_facts where name = ${HEARTBEAT})
        as "heartbeatAt"
    from (
      select count(*) filter (where state <> 'sending' and next_attempt_at <= clock_timestamp())::int as due,
        count(*) filter (where state = 'sending')::int as "underWay",
        count(*) filter (where state <> 'sending' and next_attempt_at > clock_timestamp())::int as later
      from deliveries where state in ${UNFINISHED}
    ) d, (
      select count(*)::int as all, count(*) filter (where broken_at is not null)::int as broken,
        count(*) filter (where circuit_until > clock_timestamp())::int as resting
      from channels where deleted_at is null and not internal
    ) c`);
  const [counts] = rows;
  if (counts === undefined) throw new Error("The counts could not be read.");
  return counts;
}

async function readCheckers(pool: Pool): Promise<CheckerVitals[]> {
  const rows = await pool.query<CheckerVitals>(`
    select id, started_at as "startedAt", evaluated_at as "evaluatedAt", watermark_at as "watermarkAt",
      ended_at is null and evaluated_at > clock_timestamp() - interval '${ALIVE_FOR}' as "isAlive"
    from checkers where ended_at is null and evaluated_at > clock_timestamp() - interval '${SHOWN_FOR}'
    order by started_at desc limit 100`);
  return rows;
}

async function readReceivers(pool: Pool): Promise<ReceiverVitals[]> {
  const rows = await pool.query<ReceiverVitals>(`
    select id, started_at as "startedAt", checkpoint_at as "checkpointAt",
      greatest(seen_at, checkpoint_at) > clock_timestamp() - interval '${ALIVE_FOR}' as "isAlive",
      kept_bytes::float8 as "keptBytes", kept_since as "keptSince"
    from receivers
    where ended_at is null and greatest(seen_at, checkpoint_at) > clock_timestamp() - interval '${SHOWN_FOR}'
    order by started_at desc limit 100`);
  return rows;
}

async function readLatencies(pool: Pool, within: string): Promise<Latencies> {
  const rows = await openDb(pool).execute<Latencies>(sql`
    select count(*)::int as count, percentile_disc(0.5) within group (order by d.latency_ms) as "p50Ms",
      percentile_disc(0.99) within group (order by d.latency_ms) as "p99Ms", max(d.latency_ms) as "mostMs"
    from ${SELF_TEST_ALERTS} d
    where d.created_at > clock_timestamp() - ${within}::interval`);
  return rows[0] ?? { count: 0, p50Ms: null, p99Ms: null, mostMs: null };
}

const HEARTBEAT = "heartbeat sent";

/** Stores that a heartbeat was sent to SELF_HEARTBEAT_URL now. */
export async function noteHeartbeat(pool: Pool): Promise<void> {
  await openDb(pool).execute(sql`
    insert into instance_facts (name, value, created_at) values (${HEARTBEAT}, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at`);
}
