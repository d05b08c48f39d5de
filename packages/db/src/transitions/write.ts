import {
  checkEventsFor,
  type EndedRuns,
  NO_ENDED_RUNS,
  notifyCheckEvents,
} from "../alert-routes/notify-check-events.ts";
import type { Pool, PoolClient, AddLast } from "../database.ts";
import type { Change } from "./change.ts";
import {
  firstParameters,
  at,
  parametersOf,
  rowsOf,
  CHECK_STATES,
  checkRow,
  flipRows,
  replacedRows,
  noticeRows,
  pingRows,
  PINGS,
  runRows,
  RUNS,
  slotRows,
  SLOTS,
} from "./rows.ts";
import { writeFlips } from "./write-flips.ts";

/** From 2 on, since the projects are the first parameter. */
const FIRST_OF = firstParameters(2, [CHECK_STATES, PINGS, RUNS, SLOTS]);

/**
 * One statement for all that every ping writes, since every ping would pay for a further round trip. The parts are SQL:
 * `before`, a query ahead of the others; `isCurrent`, which checks are written (`c`: stored, `x`: new); `onlyOf`, which
 * rows of their history.
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
                     remote_address, user_agent, body, body_bytes, body_cut_at, repeats, metrics)
  select x.project_id, x.check_id, x.number, x.id, x.kind, x.note, ${at("received_at")}, x.rid, x.exit_status,
         x.scheme, x.method, x.remote_address, x.user_agent, x.body, x.body_bytes, x.body_cut_at, x.repeats,
         x.metrics
    from ${rowsOf(PINGS, FIRST_OF[1])} ${onlyOf}
), ran as (
  insert into runs (project_id, check_id, id, rid, host, started_at, ended_at, heard_at, outcome, duration_ms,
                    exit_status, overlong, guessed, metrics)
  select x.project_id, x.check_id, x.id, x.rid, x.host, ${at("started_at")}, ${at("ended_at")},
         to_timestamp(coalesce(x.ended_at, x.started_at) / 1000), x.outcome, x.duration_ms, x.exit_status,
         x.overlong, x.guessed, x.metrics
    from ${rowsOf(RUNS, FIRST_OF[2])} ${onlyOf}
  on conflict (id) do update
     set started_at = excluded.started_at, ended_at = excluded.ended_at, heard_at = excluded.heard_at,
         outcome = excluded.outcome, duration_ms = excluded.duration_ms, exit_status = excluded.exit_status,
         overlong = excluded.overlong, guessed = excluded.guessed,
         metrics = excluded.metrics
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

// Because of the `case` the planner expects half of the rows to be current, and so joins their history in one pass.
const IS_CURRENT = `and case when c.xmin = x.version and c.project_id <> all(array(select project_id from listening))
                        then true else false end`;
const ONLY_WRITTEN = "where x.check_id in (select id from changed)";

const writeKnownIf = (parts: Parameters<typeof statesPingsRunsSlots>[0]) => `
${statesPingsRunsSlots({ ...parts, onlyOf: ONLY_WRITTEN })}
select array(select id from changed) as "checkIds", pg_current_xact_id()::xid::text as version`;

const WRITE_KNOWN = writeKnownIf({ isCurrent: IS_CURRENT });

/** The same beside other receivers: skips checks that one of them is writing, so that no receiver waits for another. */
const WRITE_KNOWN_AND_FREE = writeKnownIf({
  before: `free as materialized (
    select id from checks where id = any($${FIRST_OF[0]}::uuid[]) for no key update skip locked
  ),`,
  isCurrent: `${IS_CURRENT} and x.id in (select id from free)`,
});

const NOTICES = `
insert into notices (project_id, check_id, at, notice, evidence)
select x.project_id, x.check_id, ${at("at")}, x.notice, x.evidence
  from json_to_recordset($1::json) as x(project_id uuid, check_id uuid, at float8, notice text, evidence jsonb)`;

// Deletes coalesced pings, with the runs that consist of such a ping alone; a run with a start is never deleted.
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

/** `version`: the transaction that wrote the checks; null where it wrote more than their state and history. */
export type Written = { version: string | null };

/**
 * Writes the changes as `writeChanges` does. If they are state and history alone, as for most pings, they are sent together
 * with the commit. `listens`: whether a route of their projects wants to be notified of runs.
 */
export async function writeBeforeCommit(
  client: PoolClient,
  changes: readonly Change[],
  { addLast, listens }: { addLast: AddLast; listens: boolean },
): Promise<Written> {
  const written: Written = { version: null };
  if (listens || !changes.every(isHistoryAlone)) await writeChanges(client, changes);
  else if (changes.length > 0)
    addLast(writeHistory(client, changes).then(({ version }) => (written.version = version)));
  return written;
}

/** Whether a change consists of the check's state, pings, runs and slots alone. */
function isHistoryAlone(change: Change): boolean {
  return !change.effects.some(({ kind }) => kind === "flip" || kind === "notice");
}

/**
 * Writes changes of checks that were not read under a lock, in one statement and a transaction of its own. It writes only
 * changes of state and history alone, of checks whose rows still have the version in `versions`, in projects that do not
 * listen to runs. `isAlone`: no other receiver writes checks. @returns the ids of the written checks, and their new version
 */
export async function writeKnown(
  pool: Pool,
  changes: readonly Change[],
  { versions, isAlone }: { versions: ReadonlyMap<Change, string>; isAlone: boolean },
): Promise<Written & { checkIds: ReadonlySet<string> }> {
  const simple = changes.filter((change) => isHistoryAlone(change) && change.replaced.stored.length === 0);
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
  const gone = changes.flatMap(replacedRows);
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
