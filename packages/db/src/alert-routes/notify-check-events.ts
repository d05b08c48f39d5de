import {
  checkEventsOf,
  type CheckEvent,
  type EventRoutingInput,
  type NoticePayload,
  type Recipient,
  recipientsFor,
  type RunPayload,
} from "@overdue/core";
import type { Change } from "../transitions/change.ts";
import type { Instant } from "@overdue/schedules";
import type { PoolClient } from "../database.ts";
import { loadProjects, loadRoutedChecks } from "./load-routing.ts";
import { enqueueInformational, type InformationalDelivery } from "./enqueue.ts";

/** Projects with a route that notifies of more than changes, and their runs whose outcome is another than was stored. */
export type EndedRuns = { listening: readonly string[]; ended: readonly string[] };

export const NO_ENDED_RUNS: EndedRuns = { listening: [], ended: [] };

/** The events, beside flips, of checks in projects with such a route. */
export function checkEventsFor(changes: readonly Change[], { listening, ended }: EndedRuns): CheckEvents[] {
  if (listening.length === 0) return [];
  return changes.flatMap(({ stored: { projectId }, check, effects, repeats }) => {
    if (!listening.includes(projectId)) return [];
    // Of runs beyond 60 in a minute there is neither a row of their own nor an event.
    const endedIds = new Set(ended.filter((id) => !repeats.has(id)));
    const events = checkEventsOf(check, effects, endedIds);
    return events.length === 0 ? [] : [{ projectId, checkId: check.id, events }];
  });
}

/** Events of a check that routes may notify of, beside changes of its status. */
export type CheckEvents = { projectId: string; checkId: string; events: readonly CheckEvent[] };

/**
 * Writes deliveries for the recipients of these events, in the caller's transaction. `flipIds`: the changes of status
 * that it wrote, whose own deliveries are written already. Without events no query is made.
 */
export async function notifyCheckEvents(
  client: PoolClient,
  checks: readonly CheckEvents[],
  flipIds: readonly string[],
): Promise<void> {
  if (checks.length === 0) return;
  const now = await clock(client);
  const projects = await loadProjects(
    client,
    checks.map(({ projectId }) => projectId),
  );
  const known = await loadNotifiedChannels(client, checks, flipIds);
  for (const [projectId, ofProject] of Map.groupBy(checks, (one) => one.projectId)) {
    const routing = projects.get(projectId);
    if (routing === undefined) continue;
    const ids = ofProject.map(({ checkId }) => checkId);
    const routed = await loadRoutedChecks(client, projectId, ids);
    const rows = ofProject.flatMap((one) => {
      const check = routed.get(one.checkId);
      const context = known.get(one.checkId);
      if (check === undefined || context === undefined) return [];
      return recipientsInAnyCase(one.events, { ...routing, ...context, check, now }).map(deliveryOf(one));
    });
    await enqueueInformational(client, rows);
  }
}

/** Hours that cannot be read must lose neither the event nor, with its transaction, the ping. */
function recipientsInAnyCase(events: readonly CheckEvent[], input: EventRoutingInput): Recipient[] {
  try {
    return recipientsFor(events, input);
  } catch {
    return recipientsFor(events, { ...input, routes: withoutHours(input) });
  }
}

function withoutHours({ routes }: EventRoutingInput) {
  return routes.map((route) => ({ ...route, hours: null }));
}

function deliveryOf({ projectId, checkId }: CheckEvents) {
  return ({ event, channelId, routeId, because, notBefore }: Recipient): InformationalDelivery => ({
    project_id: projectId,
    channel_id: channelId,
    kind: event.kind,
    check_id: checkId,
    route_id: routeId,
    because,
    not_before: notBefore,
    payload: payloadOf(event),
  });
}

function payloadOf(event: CheckEvent): RunPayload | NoticePayload {
  if (event.kind === "notice")
    return { at: event.at, notice: event.notice ?? "schedule", evidence: event.evidence ?? {} };
  const { id, outcome, startedAt, endedAt, durationMs, exitStatus, host } = event.run;
  const usualMs = event.noticed?.evidence.baseline?.medianMs ?? null;
  return {
    runId: id,
    outcome,
    startedAt,
    endedAt,
    durationMs,
    exitStatus,
    host,
    noticed: event.noticed?.notice ?? null,
    usualMs,
  };
}

type Known = Pick<EventRoutingInput, "notifiedOfChange" | "isSnoozed">;

const KNOWN = `
select c.id, array(select d.channel_id from deliveries d
    where d.flip_id = any($2::uuid[]) and d.check_id = c.id) as notified,
  exists (select from incidents i where i.project_id = c.project_id and i.check_id = c.id
    and i.resolved_at is null and i.snoozed_until > clock_timestamp()) as snoozed
  from checks c where c.id = any($1::uuid[])`;

/** The channels that are notified of these checks' changes now, and whether their incidents are snoozed. */
async function loadNotifiedChannels(
  client: PoolClient,
  checks: readonly CheckEvents[],
  flipIds: readonly string[],
): Promise<Map<string, Known>> {
  const rows = await client.query<{ id: string; notified: string[]; snoozed: boolean }>(KNOWN, [
    checks.map(({ checkId }) => checkId),
    flipIds,
  ]);
  return new Map(
    rows.map(({ id, notified, snoozed }) => [
      id,
      { notifiedOfChange: new Set(notified), isSnoozed: snoozed },
    ]),
  );
}

async function clock(client: PoolClient): Promise<Instant> {
  const rows = await client.query<{ now: Instant }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  );
  return rows[0]?.now ?? 0;
}
