import { type NotificationPlan, planNotifications, type RoutingInput } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { inTransaction, openDb, type Pool, type PoolClient } from "../database.ts";
import { type OwnerContact, ownersChannels } from "../deliveries/notify-owners.ts";
import { type DependencyHold, dependencyHolds } from "../incidents/dependents.ts";
import { quarantine } from "../quarantine/quarantine.ts";
import { epochMs } from "../sql-fragments.ts";
import { enqueueDeliveries, type NewDelivery } from "./enqueue.ts";
import { loadIncidents, loadProjects, type RoutedIncident } from "./load-routing.ts";

/** An incident whose notifications are to be planned. `upFlipId`: the flip by which it recovered. */
export type IncidentNotice = { incidentId: string; upFlipId: string | null };

const NO_NOTIFICATIONS: NotificationPlan = { notifications: [], nextAt: null, hasNoRecipients: false };
const TO_OWNER = {
  routeId: "owners",
  kind: "down",
  round: 0,
  because: "Neither the check's channels nor any route lead to anybody.",
} as const;
const NO_HOLD: DependencyHold = { down: false, holdUntil: null };

/**
 * Plans who is notified of these incidents now, and writes the deliveries and the instant at which to plan again. Runs in the
 * caller's transaction, which has locked the incidents. `ownerContact` null: an incident without recipients is due again at
 * once, and then the escalator notifies the owners.
 */
export async function notifyIncidents(
  client: PoolClient,
  notices: readonly IncidentNotice[],
  { now, ownerContact }: { now: Instant; ownerContact: OwnerContact | null },
): Promise<void> {
  if (notices.length === 0) return;
  const incidents = await loadIncidents(
    client,
    notices.map(({ incidentId }) => incidentId),
  );
  const projects = await loadProjects(
    client,
    incidents.map(({ projectId }) => projectId),
  );
  const holds = await dependencyHolds(
    client,
    incidents.map(({ check }) => check.id),
    now,
  );
  const upFlips = new Map(notices.map(({ incidentId, upFlipId }) => [incidentId, upFlipId]));
  const planned = incidents.flatMap((incident) => {
    const routing = projects.get(incident.projectId);
    if (routing === undefined) return [];
    if (incident.isDeleted) return [{ incident, plan: NO_NOTIFICATIONS }];
    const hold = holds.get(incident.check.id) ?? NO_HOLD;
    return [{ incident, plan: planUnder(hold, { ...incident, ...routing, now }) }];
  });
  await enqueueDeliveries(client, [
    ...planned.flatMap(({ incident, plan }) =>
      deliveriesFor(incident, plan, { now, upFlipId: upFlips.get(incident.id) ?? null }),
    ),
    ...(ownerContact === null
      ? []
      : await ownerDeliveries(client, planned.flatMap(withoutRecipient), { now, ownerContact })),
  ]);
  await writeWakes(
    client,
    planned.map(({ incident, plan }) => ({
      id: incident.id,
      wake_at: plan.hasNoRecipients && ownerContact === null ? now : plan.nextAt,
    })),
  );
}

function withoutRecipient({
  incident,
  plan,
}: {
  incident: RoutedIncident;
  plan: NotificationPlan;
}): RoutedIncident[] {
  return plan.hasNoRecipients ? [incident] : [];
}

/** An alert without recipients goes to the owners, who can correct the routes. */
async function ownerDeliveries(
  client: PoolClient,
  incidents: readonly RoutedIncident[],
  { now, ownerContact }: { now: Instant; ownerContact: OwnerContact },
): Promise<NewDelivery[]> {
  const rows: NewDelivery[] = [];
  for (const incident of incidents) {
    const channelIds = await ownersChannels(openDb(client), ownerContact, { ...incident, notVia: null });
    const notifications = channelIds.map((channelId) => ({ ...TO_OWNER, channelId, notBefore: now }));
    rows.push(...deliveriesFor(incident, { notifications }, { now, upFlipId: null }));
  }
  return rows;
}

/** Plans with the dependencies' hold: while one of them is about to be evaluated, nobody is notified, but not for longer. */
function planUnder(
  { down, holdUntil }: DependencyHold,
  input: Omit<RoutingInput, "dependsDown">,
): NotificationPlan {
  const isHeld = holdUntil !== null && holdUntil > input.now;
  const plan = planInAnyCase({ ...input, dependsDown: down || isHeld });
  const { nextAt } = plan;
  return { ...plan, nextAt: isHeld && !down && nextAt !== null ? Math.min(nextAt, holdUntil) : nextAt };
}

/** A route that cannot be read must not silence a check: hours are ignored then, and if that does not help, all routes. */
function planInAnyCase(input: RoutingInput): NotificationPlan {
  const plain = input.routes.map((route) => ({ ...route, hours: null }));
  for (const routes of [input.routes, plain]) {
    try {
      return planNotifications({ ...input, routes });
    } catch {
      // Try the plainer routes.
    }
  }
  return planNotifications({ ...input, routes: [] });
}

function deliveriesFor(
  incident: RoutedIncident,
  { notifications }: Pick<NotificationPlan, "notifications">,
  { now, upFlipId }: { now: Instant; upFlipId: string | null },
): NewDelivery[] {
  return notifications.map((one) => ({
    project_id: incident.projectId,
    channel_id: one.channelId,
    kind: one.kind,
    check_id: incident.check.id,
    flip_id: one.kind === "up" ? upFlipId : incident.flipId,
    incident_id: incident.id,
    route_id: one.routeId,
    because: one.because,
    round: one.round,
    written_at: now,
    not_before: one.notBefore,
    payload: null,
  }));
}

// An incident that has no further step and had none is not updated: most have one notification, and one of their end.
const WAKES = `
update incidents i set wake_at = to_timestamp(x.wake_at / 1000)
  from json_to_recordset($1::json) as x(id uuid, wake_at float8)
 where i.id = x.id and (i.wake_at is not null or x.wake_at is not null)
returning x.wake_at`;

async function writeWakes(
  client: PoolClient,
  wakes: readonly { id: string; wake_at: Instant | null }[],
): Promise<void> {
  if (wakes.length === 0) return;
  const rows = await client.query<{ wake_at: Instant | null }>(WAKES, [JSON.stringify(wakes)]);
  if (rows.some(({ wake_at }) => wake_at !== null)) {
    await client.query("select pg_notify('overdue_incidents', '')");
  }
}

/**
 * Plans the notifications of the incidents that are due: the next step, a reminder, the end of a snooze, the beginning of
 * hours. Any number of checkers may do so at once. `onPoison` is called for an incident that cannot be planned. If an
 * incident has no recipients, the owners are notified through `ownerContact`. @returns how many incidents were due
 */
export async function processDueEscalations(
  pool: Pool,
  { limit, ownerContact }: { limit: number; ownerContact: OwnerContact },
  onPoison: (incidentId: string, error: unknown) => void,
): Promise<number> {
  let due: readonly string[] = [];
  try {
    return await inTransaction(pool, async (client) => {
      due = await lockDue(client, limit);
      await notify(client, due, ownerContact);
      return due.length;
    });
  } catch (error) {
    if (due.length === 0) throw error;
    for (const id of due) await processEscalation({ pool, ownerContact }, id, onPoison);
    return due.length;
  }
}

async function processEscalation(
  { pool, ownerContact }: { pool: Pool; ownerContact: OwnerContact },
  id: string,
  onPoison: (incidentId: string, error: unknown) => void,
): Promise<void> {
  try {
    await inTransaction(pool, async (client) => notify(client, await lockDue(client, 1, id), ownerContact));
  } catch (error) {
    await quarantine(pool, { kind: "incident", id }, error);
    onPoison(id, error);
  }
}

// Never waits for a lock: a transaction that writes a flip locks the check and then the incident, and so no two wait
// for each other.
async function lockDue(client: PoolClient, limit: number, only: string | null = null): Promise<string[]> {
  const rows = await client.query<{ id: string }>(
    `select i.id from incidents i join checks c on c.id = i.check_id
            where i.wake_at <= clock_timestamp() and i.resolved_at is null and ($2::uuid is null or i.id = $2)
            order by i.wake_at limit $1
            for no key update of i skip locked for key share of c skip locked`,
    [limit, only],
  );
  return rows.map(({ id }) => id);
}

async function notify(client: PoolClient, ids: readonly string[], ownerContact: OwnerContact): Promise<void> {
  if (ids.length === 0) return;
  const rows = await client.query<{ now: Instant }>(`select ${epochMs("clock_timestamp()")} as now`);
  const notices = ids.map((incidentId) => ({ incidentId, upFlipId: null }));
  await notifyIncidents(client, notices, { now: rows[0]?.now ?? 0, ownerContact });
}

/** The next instant at which an escalation of any incident is due; null when none is. */
export async function nextIncidentWakeAt(pool: Pool): Promise<Instant | null> {
  const rows = await pool.query<{ at: Instant | null }>(
    `select ${epochMs("min(wake_at)")} as at from incidents
            where wake_at is not null and resolved_at is null`,
    [],
  );
  return rows[0]?.at ?? null;
}
