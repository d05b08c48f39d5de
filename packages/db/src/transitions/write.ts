import { stateChanges } from "@overdue/tracing";
import {
  checkEventsFor,
  type EndedRuns,
  NO_ENDED_RUNS,
  notifyCheckEvents,
} from "../alert-routes/notify-check-events.ts";
import { type IncidentNotice, notifyIncidents } from "../alert-routes/notify-incidents.ts";
import { openDb, type Pool, type PoolClient, type Trail } from "../database.ts";
import { endKeptIncidents, reopenKeptIncidents } from "../deliveries/end-incidents.ts";
import { wakeDependents } from "../incidents/dependents.ts";
import { epochMs } from "../sql-fragments.ts";
import type { Change } from "./change.ts";
import {
  afterEachOther,
  parametersOf,
  rowsOf,
  CHECK_STATES,
  checkRow,
  type FlipRow,
  flipRows,
  goneRows,
  noticeRows,
  pingRows,
  PINGS,
  runRows,
  RUNS,
  slotRows,
  SLOTS,
  stateChangeOf,
} from "./rows.ts";

/** Epoch milliseconds, as core counts, to what the table holds. */
const at = (column: string) => `to_timestamp(x.${column} / 1000)`;

/** Behind the projects, which are the first parameter. */
const FIRST_OF = afterEachOther(2, [CHECK_STATES, PINGS, RUNS, SLOTS]);

/**
 * One statement for all that every ping writes: each further round trip would be paid by every ping. `before`: what is
 * done first; `isCurrent`: which of the checks are written, by their rows `c` and `x`; `onlyOf`: which rows of their history.
 */
const statesPingsRunsSlots = ({ before = "", isCurrent = "", onlyOf = "" }) => `
with listening as (
  select distinct project_id from routes where listens and project_id = any($1::uuid[])
), ${before} changed as (
  update checks c
     set status = x.status, deadline_seq = x.deadline_seq, ping_count = x.ping_count,
         last_ping_at = ${at("last_ping_at")}, last_start_at = ${at("last_start_at")},
         last_duration_ms = x.last_duration_ms, expected_at = ${at("expected_at")},
         deadline_at = ${at("deadline_at")}, memory = x.memory, coalesced = x.coalesced,
         wake_at = case when x.set_wake then ${at("next_at")} else least(c.wake_at, ${at("next_at")}) end
    from ${rowsOf(CHECK_STATES, FIRST_OF[0])}
   where c.id = x.id ${isCurrent}
  returning c.id
), recorded as (
  insert into pings (project_id, check_id, number, id, kind, note, received_at, rid, exit_status, scheme, method,
                     remote_address, user_agent, body, body_bytes, body_cut_at, repeats)
  select x.project_id, x.check_id, x.number, x.id, x.kind, x.note, ${at("received_at")}, x.rid, x.exit_status,
         x.scheme, x.method, x.remote_address, x.user_agent, x.body, x.body_bytes, x.body_cut_at, x.repeats
    from ${rowsOf(PINGS, FIRST_OF[1])} ${onlyOf}
), ran as (
  insert into runs (project_id, check_id, id, rid, host, started_at, ended_at, heard_at, outcome, duration_ms,
                    exit_status, overlong, guessed)
  select x.project_id, x.check_id, x.id, x.rid, x.host, ${at("started_at")}, ${at("ended_at")},
         to_timestamp(coalesce(x.ended_at, x.started_at) / 1000), x.outcome, x.duration_ms, x.exit_status,
         x.overlong, x.guessed
    from ${rowsOf(RUNS, FIRST_OF[2])} ${onlyOf}
  on conflict (id) do update
     set started_at = excluded.started_at, ended_at = excluded.ended_at, heard_at = excluded.heard_at,
         outcome = excluded.outcome, duration_ms = excluded.duration_ms, exit_status = excluded.exit_status,
         overlong = excluded.overlong, guessed = excluded.guessed
  returning id, project_id, new.outcome <> 'running' and old.outcome is distinct from new.outcome as ended
), settled as (
  insert into slots (project_id, check_id, due_at, outcome, decided_at, late_ms, run_id, because)
  select x.project_id, x.check_id, ${at("due_at")}, x.outcome, ${at("decided_at")}, x.late_ms, x.run_id, x.because
    from ${rowsOf(SLOTS, FIRST_OF[3])} ${onlyOf}
  on conflict (check_id, due_at) do update
     set outcome = excluded.outcome, decided_at = excluded.decided_at, late_ms = excluded.late_ms,
         run_id = excluded.run_id, because = excluded.because
)`;

const WRITE_LOCKED = `
${statesPingsRunsSlots({})}
select array(select project_id from listening) as listening,
  array(select id from ran where ended and project_id in (select project_id from listening)) as ended,
  pg_current_xact_id()::xid::text as version`;

// In a `case` the planner takes half of the rows for current, and joins what follows by their ids in one pass.
const IS_CURRENT = `and case when c.xmin = x.version and c.project_id <> all(array(select project_id from listening))
                        then true else false end`;
const ONLY_WRITTEN = "where x.check_id in (select id from changed)";

const writeKnownIf = (parts: Parameters<typeof statesPingsRunsSlots>[0]) => `
${statesPingsRunsSlots({ ...parts, onlyOf: ONLY_WRITTEN })}
select array(select id from changed) as "checkIds", pg_current_xact_id()::xid::text as version`;

const WRITE_KNOWN = writeKnownIf({ isCurrent: IS_CURRENT });

/** The same beside other receivers: rows that one of them writes just now are left alone, so that none waits for another. */
const WRITE_KNOWN_AND_FREE = writeKnownIf({
  before: `free as materialized (
    select id from checks where id = any($${FIRST_OF[0]}::uuid[]) for no key update skip locked
  ),`,
  isCurrent: `${IS_CURRENT} and x.id in (select id from free)`,
});

// Deliveries follow in the same transaction: an alert that is decided cannot fail to be written.
const FLIPS_INCIDENTS = `
with given as (
  select * from json_to_recordset($1::json) as x(
    project_id uuid, check_id uuid, seq bigint, from_status check_status, to_status check_status, reason text,
    at float8, alerts boolean, opens boolean, incident_reason text, evidence jsonb, resolves boolean,
    reopens boolean)
), flipped as (
  insert into flips (project_id, check_id, deadline_seq, from_status, to_status, reason, at, detected_at, alerts)
  select x.project_id, x.check_id, x.seq, x.from_status, x.to_status, x.reason, ${at("at")}, clock_timestamp(),
         x.alerts
    from given x
  on conflict on constraint flips_once do nothing
  returning id, project_id, check_id, deadline_seq, to_status, alerts
), opened as (
  insert into incidents (project_id, check_id, deadline_seq, reason, evidence, opened_at, host, address)
  select x.project_id, x.check_id, x.seq, x.incident_reason, x.evidence, ${at("at")}, ran.host, heard.address
    from given x join flipped f on f.check_id = x.check_id and f.deadline_seq = x.seq and f.to_status = x.to_status
    left join lateral (
      select p.remote_address as address from pings p where p.check_id = x.check_id order by p.number desc limit 1
    ) heard on true
    left join lateral (
      select r.host from runs r where r.check_id = x.check_id order by r.heard_at desc limit 1
    ) ran on true
   where x.opens
  on conflict on constraint incidents_once do nothing
  returning id, check_id
), resolved as (
  update incidents i set resolved_at = ${at("at")}
    from given x join flipped f on f.check_id = x.check_id and f.deadline_seq = x.seq and f.to_status = x.to_status
   where x.resolves and i.check_id = x.check_id and i.project_id = x.project_id and i.resolved_at is null
  returning i.id, i.check_id
), reopened as (
  update incidents i set resolved_at = null
    from given x join flipped f on f.check_id = x.check_id and f.deadline_seq = x.seq and f.to_status = x.to_status
   where x.reopens and i.project_id = x.project_id and i.id = (
     select n.id from incidents n where n.check_id = x.check_id order by n.opened_at desc, n.id desc limit 1)
  returning i.id, i.check_id
)
select f.id as flip_id, f.check_id, f.to_status, f.alerts, coalesce(o.id, r.id, again.id) as incident_id,
       again.id is not null as reopened, ${epochMs("clock_timestamp()")} as now
  from flipped f
  left join opened o on o.check_id = f.check_id
  left join resolved r on r.check_id = f.check_id
  left join reopened again on again.check_id = f.check_id
 where f.alerts or r.id is not null or again.id is not null`;

type FlippedRow = {
  flip_id: string;
  check_id: string;
  to_status: string;
  alerts: boolean;
  incident_id: string | null;
  reopened: boolean;
  now: number;
};

const NOTICES = `
insert into notices (project_id, check_id, at, notice, evidence)
select x.project_id, x.check_id, ${at("at")}, x.notice, x.evidence
  from json_to_recordset($1::json) as x(project_id uuid, check_id uuid, at float8, notice text, evidence jsonb)`;

// The run of such a ping was nothing but the ping; one that had a start is never among them.
const GONE = `
with gone as (
  select * from json_to_recordset($1::json) as x(check_id uuid, number bigint, id uuid)
), runs_gone as (
  delete from runs r using gone where r.id = gone.id and r.check_id = gone.check_id and r.started_at is null
)
delete from pings p using gone where p.check_id = gone.check_id and p.number = gone.number`;

/** Writes everything that was decided for the locked checks, inside the caller's transaction. */
export async function writeChanges(client: PoolClient, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const ended = await writeHistory(client, changes);
  const flipIds = await writeFlips(client, changes.map(flipRows));
  const notices = changes.flatMap(noticeRows);
  if (notices.length > 0) await client.query(NOTICES, [JSON.stringify(notices)]);
  await notifyCheckEvents(client, checkEventsFor(changes, ended), flipIds);
}

/** The changes as they are stored, by the transaction of this number; null where more than state and history was written. */
export type Written = { version: string | null };

/**
 * Writes the changes as `writeChanges` does. Where none is more than state and history, as of most pings, it leaves them to
 * the end of the transaction; `listens`: whether a route of their projects wants to be notified of runs.
 */
export async function writeBeforeCommit(
  client: PoolClient,
  changes: readonly Change[],
  { trail, listens }: { trail: Trail; listens: boolean },
): Promise<Written> {
  const written: Written = { version: null };
  if (listens || !changes.every(isHistoryAlone)) await writeChanges(client, changes);
  else if (changes.length > 0)
    trail(writeHistory(client, changes).then(({ version }) => (written.version = version)));
  return written;
}

/** Whether all that is to be written of a change is its state, with pings, runs and slots. */
function isHistoryAlone(change: Change): boolean {
  return !change.effects.some(({ kind }) => kind === "flip" || kind === "notice");
}

/**
 * Writes changes of checks that were not read under a lock, in one statement and a transaction of its own: those whose
 * rows have still the version that `versions` says, of projects that do not listen to runs, and that are state and history
 * alone. `isAlone`: no other receiver writes them. Answers the ids of the checks that it wrote, and their new version.
 */
export async function writeKnown(
  pool: Pool,
  changes: readonly Change[],
  { versions, isAlone }: { versions: ReadonlyMap<Change, string>; isAlone: boolean },
): Promise<Written & { checkIds: ReadonlySet<string> }> {
  const simple = changes.filter((change) => isHistoryAlone(change) && change.gaveWay.stored.length === 0);
  if (simple.length === 0) return { checkIds: new Set(), version: null };
  const rows = await pool.query<{ checkIds: string[]; version: string }>(
    isAlone ? WRITE_KNOWN : WRITE_KNOWN_AND_FREE,
    historyParameters(simple, versions),
  );
  return { checkIds: new Set(rows[0]?.checkIds), version: rows[0]?.version ?? null };
}

async function writeHistory(
  client: PoolClient,
  changes: readonly Change[],
): Promise<EndedRuns & { version: string | null }> {
  const gone = changes.flatMap(goneRows);
  const [rows] = await Promise.all([
    client.query<EndedRuns & { version: string }>(WRITE_LOCKED, historyParameters(changes)),
    gone.length > 0 ? client.query(GONE, [JSON.stringify(gone)]) : null,
  ]);
  return rows[0] ?? { ...NO_ENDED_RUNS, version: null };
}

function historyParameters(
  changes: readonly Change[],
  versions: ReadonlyMap<Change, string> = new Map(),
): unknown[] {
  return [
    [...new Set(changes.map(({ stored }) => stored.projectId))],
    ...parametersOf(
      CHECK_STATES,
      changes.map((change) => ({ ...checkRow(change), version: versions.get(change) ?? null })),
    ),
    ...parametersOf(PINGS, changes.flatMap(pingRows)),
    ...parametersOf(RUNS, changes.flatMap(runRows)),
    ...parametersOf(SLOTS, changes.flatMap(slotRows)),
  ];
}

/** The first flips of all checks, then the second ones: a check that went down and up is written in that order. Answers ids. */
async function writeFlips(client: PoolClient, flipsOfChecks: readonly FlipRow[][]): Promise<string[]> {
  const rounds = Math.max(...flipsOfChecks.map((flips) => flips.length));
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const writtenFrom = Date.now();
    const flips = flipsOfChecks.flatMap((ofCheck) => ofCheck[round] ?? []);
    const flipped = await client.query<FlippedRow>(FLIPS_INCIDENTS, [JSON.stringify(flips)]);
    const rows = flipped.filter(({ alerts }) => alerts);
    await endQuietly(client, flipped);
    await notifyIncidents(client, rows.flatMap(tellingOf), { now: rows[0]?.now ?? 0, ownerContact: null });
    const recovered = flips.flatMap((flip) => (flip.resolves ? [flip.check_id] : []));
    await wakeDependents(client, recovered);
    ids.push(...rows.map(({ flip_id }) => flip_id));
    if (stateChanges.isHeard) publishChanges(flips, flipped, writtenFrom);
  }
  return ids;
}

/** For traces. A transaction that is rolled back after all has published incidents that never were. */
function publishChanges(flips: FlipRow[], flipped: readonly FlippedRow[], writtenFrom: number): void {
  const incidents = new Map(flipped.map(({ check_id, incident_id }) => [check_id, incident_id]));
  for (const flip of flips) {
    const incidentId = incidents.get(flip.check_id) ?? null;
    if (incidentId !== null) stateChanges.publish(stateChangeOf(flip, { incidentId, writtenFrom }));
  }
}

/** An incident that ends without an alert, as by a pause, must end with those who keep it too, and begin again with it. */
async function endQuietly(client: PoolClient, flipped: readonly FlippedRow[]): Promise<void> {
  const quiet = flipped.filter(({ alerts, incident_id }) => !alerts && incident_id !== null);
  const reopened = quiet.filter((flip) => flip.reopened).flatMap(({ incident_id }) => incident_id ?? []);
  const idsTo = (isWanted: (status: string) => boolean) =>
    quiet.flatMap((flip) => (!flip.reopened && isWanted(flip.to_status) ? (flip.incident_id ?? []) : []));
  const paused = idsTo((status) => status === "paused");
  const changed = idsTo((status) => status !== "paused");
  const db = openDb(client);
  if (paused.length > 0) await endKeptIncidents(db, { incidentIds: paused }, { by: "paused" });
  if (changed.length > 0) await endKeptIncidents(db, { incidentIds: changed }, { by: "changed" });
  if (reopened.length > 0) await reopenKeptIncidents(db, { incidentIds: reopened });
}

function tellingOf({ flip_id, to_status, incident_id }: FlippedRow): IncidentNotice[] {
  if (incident_id === null) return [];
  return [{ incidentId: incident_id, upFlipId: to_status === "down" ? null : flip_id }];
}
