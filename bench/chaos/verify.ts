import { withInstance } from "../../apps/supervisor/src/admin/instance.ts";
import { type Delay, GRACE_SECONDS, type Job } from "./jobs.ts";
import type { Episode, Ledger } from "./ledger.ts";
import type { Product } from "./product.ts";
import type { Provider } from "./provider.ts";

type Incident = { at: number; reason: string };

/** What the product has stored, read once at the end. */
export type Stored = {
  /** How many rows there are of each run id. */
  rows: ReadonlyMap<string, number>;
  /** By check, in the order of their beginning; `at` in epoch milliseconds. */
  incidents: ReadonlyMap<string, readonly Incident[]>;
  outages: readonly { from: number; until: number; cause: string | null }[];
};

/** Reads what is compared with the ledger. The product must run, or have stopped cleanly. */
export async function readStored(product: Pick<Product, "environment">): Promise<Stored> {
  return await withInstance({ ...process.env, ...product.environment() }, async ({ pool }) => {
    const rows = await pool.query<{ rid: string; count: number }>(
      "select rid, count(*)::int as count from pings where rid is not null group by rid",
    );
    const incidents = await pool.query<Incident & { id: string }>(
      `select check_id as id, reason, (extract(epoch from opened_at) * 1000)::float8 as at
         from incidents order by opened_at`,
    );
    const outages = await pool.query<{ from: number; until: number; cause: string | null }>(
      `select (extract(epoch from started_at) * 1000)::float8 as "from",
              (extract(epoch from ended_at) * 1000)::float8 as until, cause from outages order by started_at`,
    );
    return {
      rows: new Map(rows.map(({ rid, count }) => [rid, count])),
      incidents: Map.groupBy(incidents, ({ id }) => id),
      outages: [...outages],
    };
  });
}

/** What is wrong, each with a sentence per case. All but `excused` must be empty. */
export type Findings = {
  lost: string[];
  storedTwice: string[];
  missed: string[];
  falseIncidents: string[];
  undelivered: string[];
  unrecorded: string[];
  refused: string[];
  /** Incidents of jobs that were late by the harness's own doing. */
  excused: string[];
};

type Seen = {
  ledger: Ledger;
  jobs: readonly Job[];
  stored: Stored;
  provider: Provider;
  /** When each job was late by its own doing, by job. */
  late: ReadonlyMap<string, readonly Delay[]>;
};

/** Compares what the product stored and sent with what the ledger says must be. */
export function verify(seen: Seen): Findings {
  const { ledger, jobs } = seen;
  const findings: Findings = {
    ...comparePings(seen),
    missed: [],
    falseIncidents: [],
    undelivered: [],
    unrecorded: unrecordedOutages(seen),
    refused: ledger.refusals,
    excused: [],
  };
  const episodes = Map.groupBy(ledger.episodes, ({ job }) => job);
  for (const job of jobs) compareIncidents(job, { seen, findings, episodes: episodes.get(job.id) ?? [] });
  return findings;
}

function comparePings({ ledger, stored }: Seen): Pick<Findings, "lost" | "storedTwice"> {
  const byRid = Map.groupBy(ledger.pings, ({ rid }) => rid);
  const found: Pick<Findings, "lost" | "storedTwice"> = { lost: [], storedTwice: [] };
  for (const [rid, pings] of byRid) {
    const rows = stored.rows.get(rid) ?? 0;
    const acked = pings.filter(({ ackedAt }) => ackedAt !== null);
    const tries = pings.reduce((sum, ping) => sum + ping.tries, 0);
    if (rows < acked.length)
      found.lost.push(`${acked[0]?.job}: rid ${rid} has ${rows} rows, not ${acked.length}`);
    if (rows > tries) found.storedTwice.push(`rid ${rid} was sent ${tries} times and has ${rows} rows`);
  }
  return found;
}

type Comparison = { seen: Seen; findings: Findings; episodes: readonly Episode[] };

function compareIncidents(job: Job, { seen, findings, episodes }: Comparison): void {
  const incidents = seen.stored.incidents.get(job.checkId) ?? [];
  const surplus = incidents.length - episodes.length;
  if (surplus > 0) {
    const own = incidents.filter(({ at }) => isOwnDoing(at - performance.timeOrigin, job, seen));
    const shown = incidents.map(({ at, reason }) => `${reason} ${new Date(at).toISOString()}`).join(", ");
    const problems = episodes
      .map(({ from }) => new Date(performance.timeOrigin + from).toISOString())
      .join(", ");
    const sentence = `${job.id} (${job.checkId}): incidents ${shown}; problems ${problems || "none"}`;
    (own.length >= surplus ? findings.excused : findings.falseIncidents).push(sentence);
  }
  const open = episodes.find(({ until }) => until === null);
  if (open === undefined) return;
  const notified = (type: string) => seen.provider.notified(job.checkId, type, open.from);
  const sentence = `${job.id} (${job.checkId}): ${open.kind} ${notified("check.down") ? "and recovered" : ""}`;
  if (surplus < 0) findings.missed.push(sentence);
  else findings.undelivered.push(sentence);
}

/** A job pings well before its deadline, by its grace; it misses it by its own doing only if it was late by most of that. */
const OWN_MS_MIN = GRACE_SECONDS * 500;

/** Whether the job, or the harness as a whole, was late for long enough shortly before this instant. */
function isOwnDoing(at: number, { id, periodMs }: Job, { late, ledger }: Seen): boolean {
  const from = at - periodMs - 2 * GRACE_SECONDS * 1_000;
  const within = (delays: readonly Delay[]) =>
    delays.reduce(
      (sum, delay) => sum + Math.max(0, Math.min(delay.until, at) - Math.max(delay.from, from)),
      0,
    );
  return Math.max(within(late.get(id) ?? []), within(ledger.stalls)) >= OWN_MS_MIN;
}

/** Without an answer for so long, no receiver can have committed for more than 5 s of it. */
const SILENT_MS_MIN = 9_000;
const TOLERANCE_MS = 3_000;

/** Spans in which nobody got an answer although all tried, and that no outage covers. */
function unrecordedOutages({ ledger, stored }: Seen): string[] {
  return silences(ledger).flatMap(({ from, until }) => {
    const [begun, ended] = [performance.timeOrigin + from, performance.timeOrigin + until];
    const isRecorded = stored.outages.some(
      (outage) => outage.from < ended + TOLERANCE_MS && outage.until > begun - TOLERANCE_MS,
    );
    const seconds = ((until - from) / 1_000).toFixed(1);
    return isRecorded ? [] : [`no answer for ${seconds} s from ${new Date(begun).toISOString()}`];
  });
}

/** Spans in which no ping was acknowledged and the harness itself ran. */
function silences({ ackedAt, stalls }: Ledger): { from: number; until: number }[] {
  return ackedAt.slice(1).flatMap((until, index) => {
    const from = ackedAt[index] ?? until;
    const isOwn = stalls.some((stall) => stall.from < until && stall.until > from);
    return until - from >= SILENT_MS_MIN && !isOwn ? [{ from, until }] : [];
  });
}
