import { stateChanges } from "@overdue/tracing";
import { type IncidentNotice, notifyIncidents } from "../alert-routes/notify-incidents.ts";
import { openDb, type PoolClient } from "../database.ts";
import { endProviderIncidents, reopenProviderIncidents } from "../deliveries/provider-incidents.ts";
import { newestIncident, openIncidentOf, makeIncidentsDue } from "../incidents/dependents.ts";
import { epochMs } from "../sql-fragments.ts";
import { at, type FlipRow, stateChangeOf } from "./rows.ts";

// The deliveries are written in the same transaction, so that no flip is stored without its alerts.
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
   where x.resolves and i.project_id = x.project_id and ${openIncidentOf("x.check_id")}
  returning i.id, i.check_id
), reopened as (
  update incidents i set resolved_at = null
    from given x join flipped f on f.check_id = x.check_id and f.deadline_seq = x.seq and f.to_status = x.to_status
   where x.reopens and i.project_id = x.project_id and i.id = ${newestIncident("x.check_id")}
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

/**
 * Writes the flips of each check in their order, with incidents and deliveries: first the first flip of every check, then the
 * second ones. @returns the ids of the flips that alert
 */
export async function writeFlips(client: PoolClient, flipsOfChecks: readonly FlipRow[][]): Promise<string[]> {
  const rounds = Math.max(...flipsOfChecks.map((flips) => flips.length));
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const writtenFrom = Date.now();
    const flips = flipsOfChecks.flatMap((ofCheck) => ofCheck[round] ?? []);
    const flipped = await client.query<FlippedRow>(FLIPS_INCIDENTS, [JSON.stringify(flips)]);
    const rows = flipped.filter(({ alerts }) => alerts);
    await endWithoutAlert(client, flipped);
    await notifyIncidents(client, rows.flatMap(incidentNotices), {
      now: rows[0]?.now ?? 0,
      ownerContact: null,
    });
    const recovered = flips.flatMap((flip) => (flip.resolves ? [flip.check_id] : []));
    await makeIncidentsDue(client, recovered);
    ids.push(...rows.map(({ flip_id }) => flip_id));
    if (stateChanges.hasSubscribers) publishChanges(flips, flipped, writtenFrom);
  }
  return ids;
}

/** For traces. If the transaction is rolled back afterwards, it has published incidents that do not exist. */
function publishChanges(flips: FlipRow[], flipped: readonly FlippedRow[], writtenFrom: number): void {
  const incidents = new Map(flipped.map(({ check_id, incident_id }) => [check_id, incident_id]));
  for (const flip of flips) {
    const incidentId = incidents.get(flip.check_id) ?? null;
    if (incidentId !== null) stateChanges.publish(stateChangeOf(flip, { incidentId, writtenFrom }));
  }
}

/** Ends, or reopens, an incident also at the providers that keep one of their own, where no alert does so, as after a pause. */
async function endWithoutAlert(client: PoolClient, flipped: readonly FlippedRow[]): Promise<void> {
  const quiet = flipped.filter(({ alerts, incident_id }) => !alerts && incident_id !== null);
  const reopened = quiet.filter((flip) => flip.reopened).flatMap(({ incident_id }) => incident_id ?? []);
  const idsTo = (isWanted: (status: string) => boolean) =>
    quiet.flatMap((flip) => (!flip.reopened && isWanted(flip.to_status) ? (flip.incident_id ?? []) : []));
  const paused = idsTo((status) => status === "paused");
  const changed = idsTo((status) => status !== "paused");
  const db = openDb(client);
  if (paused.length > 0) await endProviderIncidents(db, { incidentIds: paused }, { by: "paused" });
  if (changed.length > 0) await endProviderIncidents(db, { incidentIds: changed }, { by: "changed" });
  if (reopened.length > 0) await reopenProviderIncidents(db, { incidentIds: reopened });
}

function incidentNotices({ flip_id, to_status, incident_id }: FlippedRow): IncidentNotice[] {
  if (incident_id === null) return [];
  return [{ incidentId: incident_id, upFlipId: to_status === "down" ? null : flip_id }];
}
