import type { KeysFrom, ShadowProduct } from "@overdue/core/shadow";
import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import { type Db, type Pool, StaleVersion, type Tx } from "../database.ts";
import { shadowPings, shadows } from "../schema/index.ts";
import { type Keyring, LostKey, type Place, seal, unseal } from "../secrets/keyring.ts";

/** The keys of the other product; each empty where there is none. */
export type ShadowSecrets = { pingKey: string; apiKey: string };

export type ShadowSettings = {
  product: ShadowProduct;
  pingUrl: string;
  apiUrl: string | null;
  keysFrom: KeysFrom;
};

type StoredShadow = typeof shadows.$inferSelect;
export type ShadowRow = Omit<StoredShadow, "product" | "secrets"> & {
  product: ShadowProduct;
  secrets: ShadowSecrets;
};

function secretsPlace({ projectId, id }: { projectId: string; id: string }): Place {
  return { table: "shadows", column: "secrets", rowId: id, projectId };
}

/** A stored row with its secrets opened; with empty ones where SECRET_KEY does not have their key. */
export function openShadow(keyring: Keyring, row: StoredShadow): ShadowRow {
  const opened = { ...row, product: row.product as ShadowProduct };
  try {
    // What `startShadow` sealed is of this shape.
    return {
      ...opened,
      secrets: JSON.parse(unseal(keyring, secretsPlace(row), row.secrets)) as ShadowSecrets,
    };
  } catch (error) {
    if (error instanceof LostKey) return { ...opened, secrets: { pingKey: "", apiKey: "" } };
    throw error;
  }
}

/** A project's shadow mode, whether or not it goes on; null if it never had one. */
export async function findShadow(db: Db, keyring: Keyring, projectId: string): Promise<ShadowRow | null> {
  const [row] = await db.select().from(shadows).where(eq(shadows.projectId, projectId));
  return row === undefined ? null : openShadow(keyring, row);
}

/** How many pings of a project wait to be forwarded. */
export async function countWaitingForwards(db: Db, projectId: string): Promise<number> {
  return await db.$count(shadowPings, eq(shadowPings.projectId, projectId));
}

type Started = { settings: ShadowSettings; secrets: ShadowSecrets; at: number; version: number | null };

/**
 * Starts a project's shadow mode, or gives it other settings; one that had ended begins anew, and so does one that goes to
 * another product. `version`: what the editor saw; null: whatever is there. @throws StaleVersion
 */
export async function startShadow(
  db: Db,
  keyring: Keyring,
  { projectId, settings, secrets, at, version }: Started & { projectId: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [before] = await tx.select().from(shadows).where(eq(shadows.projectId, projectId)).for("update");
    if (version !== null && before?.version !== version) throw new StaleVersion();
    // The place of its secrets needs the row's id.
    const id =
      before?.id ??
      (await insertShadow(tx, { projectId, ...settings, secrets: "", startedAt: new Date(at) }));
    const goesOn = before !== undefined && before.endedAt === null && before.product === settings.product;
    await tx
      .update(shadows)
      .set({
        ...settings,
        secrets: seal(keyring, secretsPlace({ projectId, id }), JSON.stringify(secrets)),
        ...(!goesOn && { startedAt: new Date(at), endedAt: null, forwarded: 0, failed: 0, dropped: 0 }),
        forwardProblem: null,
        pollProblem: null,
        nextPollAt: settings.apiUrl === null ? null : new Date(at),
        ...(before !== undefined && { version: sql`${shadows.version} + 1` }),
      })
      .where(eq(shadows.projectId, projectId));
  });
}

async function insertShadow(tx: Tx, row: typeof shadows.$inferInsert): Promise<string> {
  const [inserted] = await tx.insert(shadows).values(row).returning({ id: shadows.id });
  if (inserted === undefined) throw new Error("The shadow mode was not stored.");
  return inserted.id;
}

/** Ends the forwarding; pings that still wait are dropped. @returns whether there was a shadow mode that went on */
export async function endShadow(db: Db, projectId: string, at: number): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const ended = await tx
      .update(shadows)
      .set({ endedAt: new Date(at), nextPollAt: null, version: sql`${shadows.version} + 1` })
      .where(and(eq(shadows.projectId, projectId), isNull(shadows.endedAt)))
      .returning({ id: shadows.id });
    if (ended.length > 0) await tx.delete(shadowPings).where(eq(shadowPings.projectId, projectId));
    return ended.length > 0;
  });
}

/** Undoes the switch-over: pings are forwarded from now on, as before. @returns whether there was one to undo */
export async function resumeShadow(db: Db, projectId: string, at: number): Promise<boolean> {
  const resumed = await db
    .update(shadows)
    .set({
      endedAt: null,
      nextPollAt: sql`case when ${shadows.apiUrl} is not null then ${new Date(at).toISOString()}::timestamptz end`,
      version: sql`${shadows.version} + 1`,
    })
    .where(and(eq(shadows.projectId, projectId), isNotNull(shadows.endedAt)))
    .returning({ id: shadows.id });
  return resumed.length > 0;
}

/** The projects whose pings are forwarded. */
export async function listShadowed(pool: Pool): Promise<Set<string>> {
  const rows = await pool.query<{ id: string }>(
    `select s.project_id as id from shadows s join projects p on p.id = s.project_id and p.deleted_at is null
      where s.ended_at is null`,
  );
  return new Set(rows.map(({ id }) => id));
}
