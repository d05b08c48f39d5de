import type { Check, Event } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { STORED_CHECK, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { inTransaction, openDb, type Pool, type PoolClient } from "../database.ts";
import { reopenProviderIncidents } from "../deliveries/provider-incidents.ts";
import { makeIncidentsDue } from "../incidents/dependents.ts";
import { windowsFor } from "../maintenance/windows.ts";
import { readReception } from "../receivers/awaited.ts";
import { advance, applyOutages, changeOf } from "./change.ts";
import { writeChanges } from "./write.ts";

/** What a person does to a check, or that time has passed. */
export type Act = Extract<
  Event,
  { kind: "pause" | "resume" | "undo-pause" | "edit" | "baseline-reset" | "time" | "maintenance" }
>;

/**
 * Locks one check, lets `decide` choose its events (and write other columns of it in the same transaction), folds them and
 * writes the outcome. @returns the check as it is afterwards; null where the project has none with this id
 */
export async function changeCheck(
  pool: Pool,
  ref: { projectId: string; checkId: string },
  decide: (check: Check, client: PoolClient) => Promise<Act[]> | Act[],
): Promise<Check | null> {
  return inTransaction(pool, (client) => changeCheckIn(client, ref, decide));
}

/** The same inside the caller's transaction. */
export async function changeCheckIn(
  client: PoolClient,
  ref: { projectId: string; checkId: string },
  decide: (check: Check, client: PoolClient) => Promise<Act[]> | Act[],
): Promise<Check | null> {
  const rows = await client.query<StoredCheckRow>(
    // "no key": an edit that adds a dependency on this check must not have to wait for this transaction.
    `select ${STORED_CHECK} from checks where project_id = $1 and id = $2 and deleted_at is null
        for no key update`,
    [ref.projectId, ref.checkId],
  );
  if (rows[0] === undefined) return null;
  const change = changeOf(storedCheck(rows[0]));
  const { watermark, outages, now } = await readReception(client);
  applyOutages(change, outages, now);
  // A person's act must not evaluate deadlines beyond the watermark: pings before them may be under way.
  const knownUntil = watermark ?? 0;
  for (const event of await decide(change.check, client)) advance(change, upTo(knownUntil, event));
  if (change.effects.length > 0 || change.setWake) await writeChanges(client, [change]);
  return change.check;
}

function upTo(knownUntil: Instant, act: Act): Event {
  if (act.kind === "time") return { kind: "time", now: Math.min(act.now, knownUntil) };
  return act.kind === "baseline-reset" ? act : { ...act, knownUntil };
}

/** Excuses a restored check from the deadlines that passed between `deletedAt` and `at`. */
export async function foldRestored(
  pool: Pool,
  ref: { projectId: string; checkId: string },
  { deletedAt, at }: { deletedAt: Instant; at: Instant },
): Promise<void> {
  await changeCheck(pool, ref, async ({ id, state }, client) => {
    await makeIncidentsDue(client, [id]);
    await reopenProviderIncidents(openDb(client), ref);
    // Windows that were planned or ended meanwhile were not applied to the deleted check.
    const windows: Act = { kind: "maintenance", at, windows: await windowsFor(openDb(client), ref) };
    const missedMeanwhile = state.status !== "down" && state.deadlineAt !== null && state.deadlineAt <= at;
    if (!missedMeanwhile) return [windows, { kind: "time", now: at }];
    return [{ kind: "pause", at: deletedAt }, { kind: "resume", at }, windows];
  });
}
