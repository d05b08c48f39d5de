import type { Instant } from "@overdue/schedules";
import { planNotifications, type NotificationPlan, type RoutingInput } from "@overdue/core";

import { openDb, type PoolClient } from "../database.ts";
import { type OwnerContact, ownersChannels } from "../deliveries/notify-owners.ts";
import { type DependencyHold, dependencyHolds } from "../incidents/dependency-holds.ts";
import { loadIncidents, loadProjects, type RoutedIncident } from "./load-routing.ts";
import { type NewDelivery, enqueueDeliveries } from "./enqueue-deliveries.ts";

/** An incident to be decided about. `upFlipId`: the flip by which it recovered. */
export type IncidentNotice = { incidentId: string; upFlipId: string | null };

const SILENCE: NotificationPlan = { notifications: [], nextAt: null, hasNoRecipients: false };
const TO_OWNER = {
  routeId: "owners",
  kind: "down",
  round: 0,
  because: "Neither the check's channels nor any route lead to anybody.",
} as const;
const NO_HOLD: DependencyHold = { down: false, holdUntil: null };

/**
 * Decides who hears of these incidents now, and writes the deliveries and when to ask again, in the caller's
 * transaction, which holds the incidents' locks. `way` null: where nobody would hear, whoever wakes incidents looks at
 * once and tells the owners.
 */
export async function notifyIncidents(
  client: PoolClient,
  tellings: readonly IncidentNotice[],
  { now, way }: { now: Instant; way: OwnerContact | null },
): Promise<void> {
  if (tellings.length === 0) return;
  const incidents = await loadIncidents(
    client,
    tellings.map(({ incidentId }) => incidentId),
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
  const upFlips = new Map(tellings.map(({ incidentId, upFlipId }) => [incidentId, upFlipId]));
  const decided = incidents.flatMap((incident) => {
    const routing = projects.get(incident.projectId);
    if (routing === undefined) return [];
    if (incident.isDeleted) return [{ incident, decision: SILENCE }];
    const hold = holds.get(incident.check.id) ?? NO_HOLD;
    return [{ incident, decision: planUnder(hold, { ...incident, ...routing, now }) }];
  });
  await enqueueDeliveries(client, [
    ...decided.flatMap(({ incident, decision }) =>
      deliveriesFor(incident, decision, { now, upFlipId: upFlips.get(incident.id) ?? null }),
    ),
    ...(way === null ? [] : await ownerDeliveries(client, decided.flatMap(withoutRecipient), { now, way })),
  ]);
  await writeWakes(
    client,
    decided.map(({ incident, decision }) => ({
      id: incident.id,
      wake_at: decision.hasNoRecipients && way === null ? now : decision.nextAt,
    })),
  );
}

function withoutRecipient({
  incident,
  decision,
}: {
  incident: RoutedIncident;
  decision: NotificationPlan;
}): RoutedIncident[] {
  return decision.hasNoRecipients ? [incident] : [];
}

/** An alert that nobody would get goes to those who can mend that. */
async function ownerDeliveries(
  client: PoolClient,
  incidents: readonly RoutedIncident[],
  { now, way }: { now: Instant; way: OwnerContact },
): Promise<NewDelivery[]> {
  const rows: NewDelivery[] = [];
  for (const incident of incidents) {
    const channelIds = await ownersChannels(openDb(client), way, { ...incident, notVia: null });
    const notifications = channelIds.map((channelId) => ({ ...TO_OWNER, channelId, notBefore: now }));
    rows.push(...deliveriesFor(incident, { notifications }, { now, upFlipId: null }));
  }
  return rows;
}

/** What it depends on may be about to be judged itself: then this waits for that, and for no longer. */
function planUnder(
  { down, holdUntil }: DependencyHold,
  situation: Omit<RoutingInput, "dependsDown">,
): NotificationPlan {
  const isHeld = holdUntil !== null && holdUntil > situation.now;
  const decision = planInAnyCase({ ...situation, dependsDown: down || isHeld });
  const { nextAt } = decision;
  return { ...decision, nextAt: isHeld && !down && nextAt !== null ? Math.min(nextAt, holdUntil) : nextAt };
}

/** A route that cannot be read must not silence a check: then all are told at once, and in the worst case its own list. */
function planInAnyCase(situation: RoutingInput): NotificationPlan {
  const plain = situation.routes.map((route) => ({ ...route, hours: null }));
  for (const routes of [situation.routes, plain]) {
    try {
      return planNotifications({ ...situation, routes });
    } catch {
      // the next, plainer ones
    }
  }
  return planNotifications({ ...situation, routes: [] });
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

// What never had anything more to say stays untouched: most incidents are told once, and then of their end.
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
