import { type ConfigRoute, type Current, detailsOf, type NamedTarget, type RouteFields } from "@overdue/core";
import { and, asc, eq, isNull } from "drizzle-orm";

import { listPeople, listRotations } from "../alert-routes/on-call.ts";
import { listRoutes, type RouteRow } from "../alert-routes/route-rows.ts";
import { settingsPlace } from "../channels/settings.ts";
import { checkSettings } from "../checks/check-row.ts";
import { checksWithChannels, type CheckWithChannels } from "../checks/find-checks.ts";
import type { Db } from "../database.ts";
import { channels, checkDependencies, checks } from "../schema/index.ts";
import { listStatusPages } from "../status-pages/pages.ts";
import { type Keyring, LostKey, unseal } from "../secrets/keyring.ts";

const CHECKS_MAX = 20_000;
/** More than a project may have. */
const PAGES_MAX = 1_000;

/** The state of a project in the terms of a configuration file, with the channels' settings in plain text, and without checks that have no slug. */
export async function readState(db: Db, keyring: Keyring, projectId: string): Promise<Current> {
  const rows = await db
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)))
    .orderBy(asc(channels.id));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const known = await checksWithChannels(db, eq(checks.projectId, projectId), CHECKS_MAX);
  const above = await slugsAbove(db, projectId, known);
  const slugs = new Map(known.flatMap(({ id, slug }) => (slug === "" ? [] : [[id, slug]])));
  const { routes, people, rotations } = await readRouting(db, projectId, { channels: names, checks: slugs });
  return {
    statusPages: await readPages(db, projectId, slugs),
    routes,
    people,
    rotations,
    channels: rows.map(({ id, name, kind, settings, collectMinutes, groups, managedBy }) => {
      const place = settingsPlace({ projectId, channelId: id });
      return {
        id,
        name,
        kind,
        settings: toSettings(unsealChannel(name, () => unseal(keyring, place, settings))),
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

/** A check on a page that has no slug is named by its id. */
async function readPages(
  db: Db,
  projectId: string,
  slugs: ReadonlyMap<string, string>,
): Promise<Current["statusPages"]> {
  const rows = await listStatusPages(db, projectId, { limit: PAGES_MAX, after: null });
  return rows.map(({ entries, managedBy, ...row }) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    host: row.host,
    visibility: row.visibility,
    theme: row.theme,
    timezone: row.timezone,
    showsIncidents: row.showsIncidents,
    passwordHash: row.passwordHash,
    entries: entries.map(({ checkId, group, name }) => ({
      check: slugs.get(checkId) ?? checkId,
      group,
      name,
    })),
    isOwned: managedBy !== null,
  }));
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
  const { slug, ...details } = detailsOf(row);
  return {
    id: row.id,
    slug,
    fields: { ...details, ...checkSettings(row) },
    channels: row.channelIds.flatMap((id) => names.get(id) ?? []),
    isOwned: row.managedBy !== null,
  };
}

/** @throws LostKey that names the channel */
function unsealChannel(name: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    throw error instanceof LostKey ? new LostKey(`The channel “${name}”`) : error;
  }
}

// What was sealed is what `parseSettings` returned.
function toSettings(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

type Target = RouteFields["steps"][number]["targets"][number];
/** From ids to names, or from names to ids. */
type Words = Record<"channels" | "checks" | "people" | "rotations", ReadonlyMap<string, string>>;

/** A stored route with names for ids. A check that is deleted or has no slug keeps its id: without it the route would match more. */
function namedRoute(row: RouteRow, names: Words): ConfigRoute {
  const { name, match, notifyOn, steps, repeatMinutes, hours, recovery } = row;
  const { checkIds, tags, reasons, severities } = match;
  return {
    name,
    match: {
      tags: [...tags],
      reasons: [...reasons],
      severities: [...severities],
      checks: checkIds.map((id) => names.checks.get(id) ?? id),
    },
    notifyOn,
    steps: steps.map((step) => ({ ...step, targets: namedTargets(step.targets, names) })),
    repeatMinutes,
    hours: hours === null ? null : namedHours(hours, names),
    recovery,
  };
}

function namedHours(hours: NonNullable<RouteRow["hours"]>, names: Words): ConfigRoute["hours"] {
  const { outside, weekdays } = hours;
  return {
    ...hours,
    weekdays: [...weekdays],
    outside:
      outside.kind === "hold" ? outside : { ...outside, targets: namedTargets(outside.targets, names) },
  };
}

/** Targets with names for ids. Deleted targets are left out; if there are no others, they keep their ids. */
function namedTargets(targets: readonly Target[], names: Words): NamedTarget[] {
  const there = targets.filter((target) => namesFor(target, names).has(idOf(target)));
  return (there.length > 0 ? there : targets).map((target) => namedTarget(target, names));
}

function namedTarget(target: Target, names: Words): NamedTarget {
  const id = idOf(target);
  const name = namesFor(target, names).get(id) ?? id;
  if (target.kind === "channel") return { channel: name };
  return target.kind === "person" ? { person: name } : { onCall: name };
}

function namesFor({ kind }: Target, names: Words): ReadonlyMap<string, string> {
  if (kind === "channel") return names.channels;
  return kind === "person" ? names.people : names.rotations;
}

function idOf(target: Target): string {
  if (target.kind === "channel") return target.channelId;
  return target.kind === "person" ? target.personId : target.rotationId;
}

/** A route of a file as it is stored. Every name in it must be known. */
export function storedRoute({ match, steps, hours, ...rest }: ConfigRoute, ids: Words): RouteFields {
  const { checks, ...other } = match;
  return {
    ...rest,
    match: { ...other, checkIds: checks.map((slug) => requireId(ids.checks, slug)) },
    steps: steps.map((step) => ({
      ...step,
      targets: step.targets.map((target) => storedTarget(target, ids)),
    })),
    hours: hours === null ? null : storedHours(hours, ids),
  };
}

function storedHours(hours: NonNullable<ConfigRoute["hours"]>, ids: Words): RouteFields["hours"] {
  const { outside } = hours;
  if (outside.kind === "hold") return { ...hours, outside };
  return {
    ...hours,
    outside: { ...outside, targets: outside.targets.map((target) => storedTarget(target, ids)) },
  };
}

function storedTarget(target: NamedTarget, ids: Words): Target {
  if ("channel" in target) return { kind: "channel", channelId: requireId(ids.channels, target.channel) };
  if ("person" in target) return { kind: "person", personId: requireId(ids.people, target.person) };
  return { kind: "on-call", rotationId: requireId(ids.rotations, target.onCall) };
}

function requireId(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`The plan let the name “${name}” pass, which is unknown.`);
  return id;
}
