import {
  type CheckEvent,
  checkEventsOf,
  type EventRoutingInput,
  examineSchedule,
  type Finding,
  type NoticePayload,
  type Recipient,
  recipientsFor,
  type RunPayload,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { checkSettings } from "../checks/check-row.ts";
import { findCheck } from "../checks/find-checks.ts";
import { inTransaction, openDb, type Pool, type PoolClient } from "../database.ts";
import { listRunsSinceEdit } from "../history/list-events.ts";
import { openIncidentOf } from "../incidents/dependents.ts";
import { LOCK_SEEDS } from "../locks.ts";
import { epochMs } from "../sql-fragments.ts";
import type { Change } from "../transitions/change.ts";
import { enqueueInformational, type InformationalDelivery } from "./enqueue.ts";
import { loadProjects, loadRoutedChecks } from "./load-routing.ts";

/** `listening`: projects with a route that notifies of more than status changes. `ended`: their runs that have just ended, or got another outcome. */
export type EndedRuns = { listening: readonly string[]; ended: readonly string[] };

export const NO_ENDED_RUNS: EndedRuns = { listening: [], ended: [] };

/** The events, besides flips, of checks in projects with such a route. */
export function checkEventsFor(changes: readonly Change[], { listening, ended }: EndedRuns): CheckEvents[] {
  if (listening.length === 0) return [];
  return changes.flatMap(({ stored: { projectId }, check, effects, repeats }) => {
    if (!listening.includes(projectId)) return [];
    // Runs beyond 60 in a minute have neither a row of their own nor an event.
    const endedIds = new Set(ended.filter((id) => !repeats.has(id)));
    const events = checkEventsOf(check, effects, endedIds);
    return events.length === 0 ? [] : [{ projectId, checkId: check.id, events }];
  });
}

/** Events of a check, besides changes of its status, that routes may notify of. */
type CheckEvents = { projectId: string; checkId: string; events: readonly CheckEvent[] };

/**
 * Writes deliveries for the recipients of these events, in the caller's transaction. `flipIds`: the flips that the
 * transaction wrote, whose deliveries exist already. Makes no query if there are no events.
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
  const contexts = await loadContexts(client, checks, flipIds);
  for (const [projectId, ofProject] of Map.groupBy(checks, (one) => one.projectId)) {
    const routing = projects.get(projectId);
    if (routing === undefined) continue;
    const ids = ofProject.map(({ checkId }) => checkId);
    const routed = await loadRoutedChecks(client, projectId, ids);
    const rows = ofProject.flatMap((one) => {
      const check = routed.get(one.checkId);
      const context = contexts.get(one.checkId);
      if (check === undefined || context === undefined) return [];
      return recipientsInAnyCase(one.events, { ...routing, ...context, check, now }).map(toDelivery(one));
    });
    await enqueueInformational(client, rows);
  }
}

/** Ignores routes' hours if they cannot be read: that must lose neither the event nor, with its transaction, the ping. */
function recipientsInAnyCase(events: readonly CheckEvent[], input: EventRoutingInput): Recipient[] {
  try {
    return recipientsFor(events, input);
  } catch {
    return recipientsFor(events, {
      ...input,
      routes: input.routes.map((route) => ({ ...route, hours: null })),
    });
  }
}

function toDelivery({ projectId, checkId }: CheckEvents) {
  return ({ event, channelId, routeId, because, notBefore }: Recipient): InformationalDelivery => ({
    project_id: projectId,
    channel_id: channelId,
    kind: event.kind,
    check_id: checkId,
    route_id: routeId,
    because,
    not_before: notBefore,
    payload: eventPayload(event),
  });
}

function eventPayload(event: CheckEvent): RunPayload | NoticePayload {
  if (event.kind === "notice")
    return { at: event.at, notice: event.notice ?? "schedule", evidence: event.evidence ?? {} };
  const { id, outcome, startedAt, endedAt, durationMs, exitStatus, host, metrics } = event.run;
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
    ...(metrics !== undefined && { metrics }),
  };
}

type CheckContext = Pick<EventRoutingInput, "notifiedOfChange" | "isSnoozed">;

const CONTEXT = `
select c.id, array(select d.channel_id from deliveries d
    where d.flip_id = any($2::uuid[]) and d.check_id = c.id) as notified,
  exists (select from incidents i where ${openIncidentOf("c.id")} and i.snoozed_until > clock_timestamp()) as snoozed
  from checks c where c.id = any($1::uuid[])`;

/** The channels that are notified of these checks' changes now, and whether their incidents are snoozed. */
async function loadContexts(
  client: PoolClient,
  checks: readonly CheckEvents[],
  flipIds: readonly string[],
): Promise<Map<string, CheckContext>> {
  const rows = await client.query<{ id: string; notified: string[]; snoozed: boolean }>(CONTEXT, [
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
  const rows = await client.query<{ now: Instant }>(`select ${epochMs("clock_timestamp()")} as now`);
  return rows[0]?.now ?? 0;
}

type CheckRef = { projectId: string; checkId: string };

/** While a schedule and its runs disagree, the notice is repeated after this long. */
const NOTIFIED_AGAIN_AFTER = "7 days";

/**
 * Sends a notice for each check whose runs disagree with its schedule. Each check has its hour of the day, so it is examined
 * once a day. Several processes may do so at once. @returns how many checks were examined
 */
export async function notifyFindings(pool: Pool, now: Instant): Promise<number> {
  const rows = await pool.query<CheckRef>(
    `select c.project_id as "projectId", c.id as "checkId" from checks c
      where c.project_id in (select r.project_id from routes r where r.listens and r.notify_on @> '{"notices": true}')
        and c.deleted_at is null and c.status <> 'paused'
        and (hashtext(c.id::text) & 2147483647) % 24 = extract(hour from to_timestamp($1::float8 / 1000) at time zone 'UTC')`,
    [now],
  );
  for (const ref of rows) await notifyFindingsOfCheck(pool, ref, now);
  return rows.length;
}

async function notifyFindingsOfCheck(pool: Pool, ref: CheckRef, now: Instant): Promise<void> {
  const db = openDb(pool);
  const row = await findCheck(db, ref);
  if (row === null) return;
  const findings = examineSchedule(checkSettings(row), await listRunsSinceEdit(db, ref)).filter(
    // An odd line has done no harm yet; it was shown when it was saved, and the check's page shows it.
    ({ kind }) => kind !== "odd-line",
  );
  if (findings.length === 0) return;
  await inTransaction(pool, async (client) => {
    // Without it two checkers could both send the notice.
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, $2))", [
      ref.checkId,
      LOCK_SEEDS.findingsOfCheck,
    ]);
    const sent = await findingsSentLately(client, ref);
    for (const finding of findings) if (!sent.has(finding.kind)) await notify(client, ref, { finding, now });
  });
}

async function findingsSentLately(
  client: PoolClient,
  { projectId, checkId }: CheckRef,
): Promise<Set<string>> {
  const rows = await client.query<{ finding: string }>(
    `select distinct payload ->> 'finding' as finding from deliveries
      where project_id = $1 and check_id = $2 and kind = 'notice' and payload ? 'finding'
        and created_at > clock_timestamp() - interval '${NOTIFIED_AGAIN_AFTER}'`,
    [projectId, checkId],
  );
  return new Set(rows.map(({ finding }) => finding));
}

async function notify(
  client: PoolClient,
  { projectId, checkId }: CheckRef,
  { finding: { kind, sentence }, now }: { finding: Finding; now: Instant },
): Promise<void> {
  const check = (await loadRoutedChecks(client, projectId, [checkId])).get(checkId);
  const routing = (await loadProjects(client, [projectId])).get(projectId);
  if (check === undefined || routing === undefined) return;
  const context = { notifiedOfChange: new Set<string>(), isSnoozed: false };
  const event = {
    kind: "notice" as const,
    at: now,
    notice: null,
    evidence: null,
    runId: null,
    isInMaintenance: false,
  };
  const recipients = recipientsFor([event], { ...routing, ...context, check, now });
  await enqueueInformational(
    client,
    recipients.map(({ channelId, routeId, because, notBefore }) => ({
      project_id: projectId,
      channel_id: channelId,
      kind: "notice",
      check_id: checkId,
      route_id: routeId,
      because,
      not_before: notBefore,
      payload: { at: now, notice: "schedule", finding: kind, sentence, evidence: {} },
    })),
  );
}
