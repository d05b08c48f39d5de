import { type Current, splitTags } from "@overdue/core";
import { and, asc, eq, isNull } from "drizzle-orm";
import { checkSettings } from "../checks/check-row.ts";
import type { CheckWithChannels } from "../checks/find-checks.ts";
import type { Db } from "../database.ts";
import { checksWithChannels } from "../healthchecks/find-checks.ts";
import { listPeople } from "../alert-routes/people.ts";
import { listRotations } from "../alert-routes/rotations.ts";
import { listRoutes } from "../alert-routes/route-rows.ts";
import { channels, checkDependencies, checks } from "../schema/index.ts";
import { type Keyring, LostKey, unseal } from "../secrets/keyring.ts";
import { namedRoute, type Words } from "./route-names.ts";

const CHECKS_MAX = 20_000;

/** A project as a configuration file speaks of it, channels' settings opened. Checks without a slug are no part of it. */
export async function readState(db: Db, keyring: Keyring, projectId: string): Promise<Current> {
  const rows = await db
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)))
    .orderBy(asc(channels.id));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const known = await checksWithChannels(db, eq(checks.projectId, projectId), CHECKS_MAX);
  const above = await slugsAbove(db, projectId, known);
  const { routes, people, rotations } = await readRouting(db, projectId, {
    channels: names,
    checks: new Map(known.flatMap(({ id, slug }) => (slug === "" ? [] : [[id, slug]]))),
  });
  return {
    routes,
    people,
    rotations,
    channels: rows.map(({ id, name, kind, settings, collectMinutes, groups, managedBy }) => {
      const place = { table: "channels", column: "settings", rowId: id, projectId };
      return {
        id,
        name,
        kind,
        settings: opened(unsealOf(name, () => unseal(keyring, place, settings))),
        collectMinutes,
        groups,
        isOwned: managedBy !== null,
      };
    }),
    checks: known
      .filter(({ slug }) => slug !== "")
      .map((row) => ({
        ...checkOf(row, names),
        dependsOn: above.get(row.id) ?? [],
      })),
  };
}

/** The slugs of the checks that each depends on; of one without a slug its id. */
async function slugsAbove(db: Db, projectId: string, known: readonly CheckWithChannels[]) {
  const slugs = new Map(known.map(({ id, slug }) => [id, slug === "" ? id : slug]));
  const links = await db.select().from(checkDependencies).where(eq(checkDependencies.projectId, projectId));
  const there = links.flatMap(({ checkId, dependsOnId }) => {
    const slug = slugs.get(dependsOnId);
    return slug === undefined ? [] : [{ checkId, slug }];
  });
  const byCheck = Map.groupBy(there, ({ checkId }) => checkId);
  return new Map([...byCheck].map(([id, above]) => [id, above.map(({ slug }) => slug)]));
}

async function readRouting(
  db: Db,
  projectId: string,
  names: Pick<Words, "channels" | "checks">,
): Promise<Pick<Current, "routes" | "people" | "rotations">> {
  const people = (await listPeople(db, projectId)).map(({ id, name }) => ({ id, name }));
  const rotations = (await listRotations(db, projectId)).map(({ id, name }) => ({ id, name }));
  const words = { ...names, people: namesById(people), rotations: namesById(rotations) };
  const rows = await listRoutes(db, projectId);
  const routes = rows.map((row) => ({
    ...namedRoute(row, words),
    id: row.id,
    isOwned: row.managedBy !== null,
  }));
  return { routes, people, rotations };
}

function namesById(list: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(list.map(({ id, name }) => [id, name]));
}

function checkOf(
  row: CheckWithChannels,
  names: ReadonlyMap<string, string>,
): Omit<Current["checks"][number], "dependsOn"> {
  return {
    id: row.id,
    slug: row.slug,
    fields: { ...detailsOf(row), ...checkSettings(row) },
    channels: row.channelIds.flatMap((id) => names.get(id) ?? []),
    isOwned: row.managedBy !== null,
  };
}

function detailsOf(row: CheckWithChannels) {
  const { name, tags, description, methods, filterSubject, filterBody, filterHttpBody, filterDefaultFail } =
    row;
  const { severity, startKeywords, successKeywords, failureKeywords } = row;
  return {
    name,
    severity,
    tags: splitTags(tags),
    description,
    methods,
    filterSubject,
    filterBody,
    filterHttpBody,
    filterDefaultFail,
    startKeywords,
    successKeywords,
    failureKeywords,
  };
}

/** @throws LostKey that names the channel */
function unsealOf(name: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    throw error instanceof LostKey ? new LostKey(`The channel “${name}”`) : error;
  }
}

// Sealed by us, from what `parseSettings` answered.
function opened(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
