import type { Check, defaultDetails } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, isNull } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { windowsFor } from "../maintenance/windows.ts";
import { requireRoom } from "../plans/room.ts";
import { channels, checks } from "../schema/index.ts";
import type { CheckRow } from "./check-row.ts";
import { replaceChannels, replaceDependencies } from "./links.ts";

/** The settings of a check that do not concern its deadlines: its name, how its pings are read, and the like. */
export type CheckDetails = Pick<CheckRow, keyof typeof defaultDetails | "inactiveSchedule" | "declared">;

export type NewCheck = {
  projectId: string;
  details: Partial<CheckDetails>;
  /** As core's `newCheck` returned it; its id is kept. */
  check: Check;
  nextAt: Instant | null;
  /** "all": every channel that the project has now. */
  channelIds: readonly string[] | "all";
  /** Ids or slugs of checks; left out: none. */
  dependsOn?: readonly string[];
  /** Given if an old ping URL must keep working (import); otherwise a new one is generated. */
  pingUuid?: string;
  badgeUuid?: string;
};

/**
 * Stores a new check in a transaction of its own. @throws UnknownChannel if a channel is not in this project, PlanLimitReached
 */
export async function createCheck(db: Db, input: NewCheck): Promise<CheckRow> {
  return await db.transaction(async (tx) => {
    await requireRoom(tx, input, { checks: 1 });
    return await insertCheck(tx, input);
  });
}

/** The same inside the caller's transaction, which has taken a place for it. */
export async function insertCheck(tx: Db | Tx, input: NewCheck): Promise<CheckRow> {
  const [row] = await tx.insert(checks).values(toRow(input)).returning();
  if (row === undefined) throw new Error("The insert returned no row.");
  const ids = input.channelIds === "all" ? await allChannels(tx, input.projectId) : input.channelIds;
  const ref = { projectId: input.projectId, checkId: row.id };
  await replaceChannels(tx, ref, ids);
  await windowsFor(tx, ref);
  if (input.dependsOn !== undefined) await replaceDependencies(tx, ref, input.dependsOn);
  return row;
}

function toRow({
  projectId,
  details,
  check,
  nextAt,
  pingUuid,
  badgeUuid,
}: NewCheck): typeof checks.$inferInsert {
  const { state, settings } = check;
  return {
    id: check.id,
    projectId,
    ...(pingUuid !== undefined && { pingUuid }),
    ...(badgeUuid !== undefined && { badgeUuid }),
    createdAt: new Date(check.createdAt),
    ...details,
    ...settings,
    status: state.status,
    deadlineSeq: state.deadlineSeq,
    expectedAt: dateOf(state.expectedAt),
    deadlineAt: dateOf(state.deadlineAt),
    memory: state.memory,
    wakeAt: dateOf(nextAt),
  };
}

function dateOf(at: Instant | null): Date | null {
  return at === null ? null : new Date(at);
}

/** The ids of all channels of a project that people see. */
export async function allChannels(tx: Db | Tx, projectId: string): Promise<string[]> {
  const rows = await tx
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)));
  return rows.map(({ id }) => id);
}
