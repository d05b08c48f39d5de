import type { Instant } from "@overdue/schedules";
import { examineSchedule, type Finding, recipientsFor } from "@overdue/core";
import { LOCK_SEEDS } from "../advisory-locks.ts";
import { checkSettings } from "../checks/check-row.ts";
import { findCheck } from "../checks/find-checks.ts";
import { openDb, type Pool, type PoolClient } from "../database.ts";
import { seenRuns } from "../history/list-events.ts";
import { inTransaction } from "../in-transaction.ts";
import { loadProjects, loadRoutedChecks } from "./load-routing.ts";
import { enqueueInformational } from "./enqueue.ts";

type CheckRef = { projectId: string; checkId: string };

/** While a schedule and its runs disagree, a notice is sent once in so long. */
const AGAIN_AFTER = "7 days";

/**
 * Sends a notice where the runs of a check disagree with its schedule. Each check has its hour of the day, so it is looked
 * at once a day. Several processes may do so at once. @returns how many were looked at
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
  const findings = examineSchedule(checkSettings(row), await seenRuns(db, ref));
  if (findings.length === 0) return;
  await inTransaction(pool, async (client) => {
    // Two checkers at once must not both send it.
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, $2))", [
      ref.checkId,
      LOCK_SEEDS.findingsOfCheck,
    ]);
    const known = await sentLately(client, ref);
    for (const finding of findings) if (!known.has(finding.kind)) await notify(client, ref, { finding, now });
  });
}

async function sentLately(client: PoolClient, { projectId, checkId }: CheckRef): Promise<Set<string>> {
  const rows = await client.query<{ finding: string }>(
    `select distinct payload ->> 'finding' as finding from deliveries
      where project_id = $1 and check_id = $2 and kind = 'notice' and payload ? 'finding'
        and created_at > clock_timestamp() - interval '${AGAIN_AFTER}'`,
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
  const known = { notifiedOfChange: new Set<string>(), isSnoozed: false };
  const found = {
    kind: "notice" as const,
    at: now,
    notice: null,
    evidence: null,
    runId: null,
    isInMaintenance: false,
  };
  const recipients = recipientsFor([found], { ...routing, ...known, check, now });
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
