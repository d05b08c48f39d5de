import type { Instant } from "@overdue/schedules";
import type { Pool, PoolClient } from "../database.ts";

import type { OwnerContact } from "../deliveries/notify-owners.ts";
import { inTransaction } from "../in-transaction.ts";
import { notifyIncidents } from "./notify-incidents.ts";

/** An incident that cannot be planned is tried again after this long; the others go on. */
const QUARANTINE = "10 minutes";

/**
 * Plans the notifications of the incidents that are due: the next step, a reminder, the end of a snooze, the begin of
 * hours. Any number of checkers may do so at once. @returns how many there were; `onPoison` is called for one that
 * cannot be planned. Without recipients the owners are notified through `ownerContact`.
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
    onPoison(id, error);
    await pool.query(
      `update incidents set wake_at = clock_timestamp() + interval '${QUARANTINE}' where id = $1`,
      [id],
    );
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
  const rows = await client.query<{ now: Instant }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  );
  const notices = ids.map((incidentId) => ({ incidentId, upFlipId: null }));
  await notifyIncidents(client, notices, { now: rows[0]?.now ?? 0, ownerContact });
}

/** The next instant at which an escalation of any incident is due; null when none is. */
export async function nextIncidentWakeAt(pool: Pool): Promise<Instant | null> {
  const rows = await pool.query<{ at: Instant | null }>(
    `select (extract(epoch from min(wake_at)) * 1000)::float8 as at from incidents
            where wake_at is not null and resolved_at is null`,
    [],
  );
  return rows[0]?.at ?? null;
}
