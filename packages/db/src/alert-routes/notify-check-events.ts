import type { Instant } from "@overdue/schedules";
import {
  type CheckEvent,
  type EventRoutingInput,
  type NoticePayload,
  type Recipient,
  recipientsFor,
  type RunPayload,
} from "@overdue/core";
import type { PoolClient } from "../database.ts";

import { loadProjects, loadRoutedChecks } from "./load-routing.ts";
import { enqueueInformational, type InformationalDelivery } from "./enqueue-informational.ts";

/** What happened to a check that routes may tell of, beside changes of its status. */
export type CheckEvents = { projectId: string; checkId: string; news: readonly CheckEvent[] };

/**
 * Writes deliveries for whoever hears of these news, in the caller's transaction. `flipIds`: the changes of status that
 * it wrote, whose own deliveries stand there already. Asks nothing where there are no news.
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
  const told = await loadNotifiedChannels(client, checks, flipIds);
  for (const [projectId, ofProject] of Map.groupBy(checks, (one) => one.projectId)) {
    const routing = projects.get(projectId);
    if (routing === undefined) continue;
    const ids = ofProject.map(({ checkId }) => checkId);
    const routed = await loadRoutedChecks(client, projectId, ids);
    const rows = ofProject.flatMap((one) => {
      const check = routed.get(one.checkId);
      const known = told.get(one.checkId);
      if (check === undefined || known === undefined) return [];
      return recipientsInAnyCase(one.news, { ...routing, ...known, check, now }).map(rowOf(one));
    });
    await enqueueInformational(client, rows);
  }
}

/** Hours that cannot be read must neither lose the line nor, with it, the ping. */
function recipientsInAnyCase(news: readonly CheckEvent[], hearing: EventRoutingInput): Recipient[] {
  try {
    return recipientsFor(news, hearing);
  } catch {
    return recipientsFor(news, { ...hearing, routes: withoutHours(hearing) });
  }
}

function withoutHours({ routes }: EventRoutingInput) {
  return routes.map((route) => ({ ...route, hours: null }));
}

function rowOf({ projectId, checkId }: CheckEvents) {
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

function payloadOf(news: CheckEvent): RunPayload | NoticePayload {
  if (news.kind === "notice")
    return { at: news.at, notice: news.notice ?? "schedule", evidence: news.evidence ?? {} };
  const { id, outcome, startedAt, endedAt, durationMs, exitStatus, host } = news.run;
  const usualMs = news.noticed?.evidence.baseline?.medianMs ?? null;
  return {
    runId: id,
    outcome,
    startedAt,
    endedAt,
    durationMs,
    exitStatus,
    host,
    noticed: news.noticed?.notice ?? null,
    usualMs,
  };
}

type Known = Pick<EventRoutingInput, "notifiedOfChange" | "isSnoozed">;

const KNOWN = `
select c.id, array(select d.channel_id from deliveries d
    where d.flip_id = any($2::uuid[]) and d.check_id = c.id) as told,
  exists (select from incidents i where i.project_id = c.project_id and i.check_id = c.id
    and i.resolved_at is null and i.snoozed_until > clock_timestamp()) as snoozed
  from checks c where c.id = any($1::uuid[])`;

/** Who is told of these checks' changes now, and whether somebody has put their incidents off. */
async function loadNotifiedChannels(
  client: PoolClient,
  checks: readonly CheckEvents[],
  flipIds: readonly string[],
): Promise<Map<string, Known>> {
  const rows = await client.query<{ id: string; told: string[]; snoozed: boolean }>(KNOWN, [
    checks.map(({ checkId }) => checkId),
    flipIds,
  ]);
  return new Map(
    rows.map(({ id, told, snoozed }) => [id, { notifiedOfChange: new Set(told), isSnoozed: snoozed }]),
  );
}

async function clock(client: PoolClient): Promise<Instant> {
  const rows = await client.query<{ now: Instant }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  );
  return rows[0]?.now ?? 0;
}
