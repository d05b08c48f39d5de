import { matchesRoute, moveRefusal, type NotificationPreview, previewNotifications } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, inArray } from "drizzle-orm";

import { loadProjects, loadRoutedChecks } from "../alert-routes/load-routing.ts";
import { allChannels } from "../checks/insert-check.ts";
import type { CheckRef } from "../checks/find-checks.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import { type Db, openDb, type Pool } from "../database.ts";
import { windowRowsByCheck } from "../maintenance/windows.ts";
import {
  channels,
  checkChannels,
  checkDependencies,
  checkMoves,
  checks,
  statusPageEntries,
  statusPages,
} from "../schema/index.ts";
import { moveFacts } from "./move-check.ts";

/** What a move would do; every list is of names. */
export type MovePreview = {
  /** Why the check cannot move now; null: it can. */
  refusal: string | null;
  /** What stays in the project that it leaves, and is linked again if it returns. */
  stays: {
    channels: string[];
    routes: string[];
    windows: string[];
    statusPages: string[];
    dependencies: string[];
  };
  /** Its slugs, which keep taking pings by the ping key of the project that it leaves. */
  slugs: readonly string[];
  there: {
    /** Whether it returns to a project that it left, and finds its links again. */
    returns: boolean;
    /** The channels that its alert would go to first, by its own list and by routes. */
    notified: string[];
    /** Neither leads to a channel, so the owners would be notified. */
    ownersInstead: boolean;
    windows: string[];
  };
};

/** What moving the check to that project would do now; null where there is no such check. */
export async function previewMove(
  pool: Pool,
  ref: CheckRef,
  { toProjectId, channelIds, at }: { toProjectId: string; channelIds: readonly string[] | null; at: Instant },
): Promise<MovePreview | null> {
  const db = openDb(pool);
  const facts = await moveFacts(db, ref, toProjectId);
  if (facts === null) return null;
  const left = await leftThere(db, { projectId: toProjectId, checkId: ref.checkId });
  const chosen = channelIds ?? left ?? (await allChannels(db, toProjectId));
  const routed = await routedIn(pool, ref, { toProjectId, channelIds: chosen, at });
  const windowsOf = async (projectId: string) =>
    (await windowRowsByCheck(db, projectId))({ id: ref.checkId, tags: routed.tags }).map(({ name }) => name);
  const { preview, routes } = routed;
  const first = preview.notifications.filter(({ kind }) => kind === "down").map(({ channelId }) => channelId);
  return {
    refusal: moveRefusal(facts),
    slugs: facts.slugs,
    stays: { ...(await linksOf(db, ref)), routes, windows: await windowsOf(ref.projectId) },
    there: {
      returns: left !== null,
      notified: await channelNames(db, first),
      ownersInstead: preview.ownersInstead,
      windows: await windowsOf(toProjectId),
    },
  };
}

/** The channels that the check left in a project when it moved out of it; null where it never did. */
async function leftThere(db: Db, { projectId, checkId }: CheckRef): Promise<readonly string[] | null> {
  const [row] = await db
    .select({ left: checkMoves.left })
    .from(checkMoves)
    .where(and(eq(checkMoves.projectId, projectId), eq(checkMoves.checkId, checkId)));
  return row?.left.channelIds ?? null;
}

/** The names of the routes that are for the check now, and whom its alert would go to there. */
async function routedIn(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  { toProjectId, channelIds, at }: { toProjectId: string; channelIds: readonly string[]; at: Instant },
): Promise<{ tags: string; routes: string[]; preview: NotificationPreview }> {
  return await pool.use(async (client) => {
    const check = (await loadRoutedChecks(client, projectId, [checkId])).get(checkId);
    const routing = await loadProjects(client, [projectId, toProjectId]);
    const [here, there] = [routing.get(projectId), routing.get(toProjectId)];
    if (check === undefined || here === undefined || there === undefined)
      return { tags: "", routes: [], preview: { notifications: [], ownersInstead: true } };
    const routes = here.routes.filter((route) => matchesRoute(route, check, null)).map(({ name }) => name);
    const moved = { ...check, channelIds: [...channelIds] };
    const preview = previewNotifications({ check: moved, at, reason: "missed", ...there });
    return { tags: check.tags.join(" "), routes, preview };
  });
}

async function channelNames(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ name: channels.name })
    .from(channels)
    .where(inArray(channels.id, [...ids]));
  return rows.map(({ name }) => name).toSorted();
}

async function linksOf(
  db: Db,
  { projectId, checkId }: CheckRef,
): Promise<Pick<MovePreview["stays"], "channels" | "statusPages" | "dependencies">> {
  const own = await db
    .select({ name: channels.name })
    .from(checkChannels)
    .innerJoin(channels, eq(channels.id, checkChannels.channelId))
    .where(and(eq(checkChannels.projectId, projectId), eq(checkChannels.checkId, checkId)));
  const pages = await db
    .select({ name: statusPages.name })
    .from(statusPageEntries)
    .innerJoin(statusPages, eq(statusPages.id, statusPageEntries.pageId))
    .where(and(eq(statusPageEntries.projectId, projectId), eq(statusPageEntries.checkId, checkId)));
  const name = checkNameSql("checks");
  const above = await db
    .select({ name })
    .from(checkDependencies)
    .innerJoin(checks, eq(checks.id, checkDependencies.dependsOnId))
    .where(and(eq(checkDependencies.projectId, projectId), eq(checkDependencies.checkId, checkId)));
  const below = await db
    .select({ name })
    .from(checkDependencies)
    .innerJoin(checks, eq(checks.id, checkDependencies.checkId))
    .where(and(eq(checkDependencies.projectId, projectId), eq(checkDependencies.dependsOnId, checkId)));
  const names = (rows: readonly { name: string }[]) => rows.map((row) => row.name).toSorted();
  return { channels: names(own), statusPages: names(pages), dependencies: names([...above, ...below]) };
}
