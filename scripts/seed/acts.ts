import { acknowledgeIncident, type Db, findIncidents, noteIncident, type Pool, schema } from "@overdue/db";
import { MINUTE_MS } from "@overdue/schedules";

type Seeded = { db: Db; pool: Pool; projectId: string };

const INCIDENTS_MAX = 20_000;
/** What ends sooner than this is over before anybody has seen it. */
const SEEN_AFTER_MS = 12 * MINUTE_MS;
const NOTES = [
  "The disk was full: old backups removed.",
  "The host came back after a power cut. Nothing to do.",
  "Restarted by hand, runs again.",
  "The other side was in maintenance and had not said so.",
];

/** Lets people acknowledge incidents that lasted long enough, and note on some of them what it was. */
export async function seedActs({ db, pool, projectId }: Seeded): Promise<void> {
  const all = await findIncidents(
    pool,
    { projectId, openOnly: false },
    { limit: INCIDENTS_MAX, after: null },
  );
  for (const [number, { id: incidentId, openedAt, resolvedAt, severity }] of all.entries()) {
    const ref = { projectId, incidentId };
    const at = openedAt + (4 + (number % 7)) * MINUTE_MS;
    const by = number % 3 === 0 ? "Grace" : "Ada";
    if (resolvedAt === null && severity === "warning") await acknowledgeIncident(pool, ref, { by, at });
    if (resolvedAt === null || severity === "info" || resolvedAt - openedAt < SEEN_AFTER_MS) continue;
    // What is over cannot be acknowledged any more, so that this is written as it was then.
    await db.insert(schema.incidentEntries).values({ ...ref, at: new Date(at), kind: "acknowledged", by });
    await pool.query(
      "update incidents set acknowledged_at = to_timestamp($2 / 1000.0), acknowledged_by = $3 where id = $1",
      [incidentId, at, by],
    );
    const text = NOTES[number % (3 * NOTES.length)];
    if (text !== undefined) await noteIncident(pool, ref, { by, at: at + 5 * MINUTE_MS, text });
  }
}
