import { randomUUIDv7 } from "node:crypto";

import {
  type CheckSettings,
  type ConfigRoute,
  type Current,
  newCheck,
  nextAt,
  type PlannedChannel,
  type Step,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { eq, sql } from "drizzle-orm";

import { deleteRoute, listens, orderRoutesIn } from "../alert-routes/route-rows.ts";
import type { NewAuditEntry } from "../audit.ts";
import { askToConfirm, type AddressAuthor, unconfirmedSince } from "../channels/confirmation.ts";
import type { ChannelRow } from "../channels/find-channels.ts";
import { sealSettings } from "../channels/settings.ts";
import { deleteChannelIn, refuseTooMany } from "../channels/write-channel.ts";
import { replaceDependencies } from "../checks/links.ts";
import { type CheckDetails, insertCheck } from "../checks/insert-check.ts";
import { deleteCheckIn, editCheckIn } from "../checks/write-check.ts";
import { type Db, inTransaction, openDb, type Pool, type PoolClient } from "../database.ts";
import { moveProviderIncidents } from "../deliveries/provider-incidents.ts";
import { holdPlaces, requireRoom } from "../plans/room.ts";
import { channels, checks, routes } from "../schema/index.ts";
import type { AuditChanges } from "../schema/projects.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { deleteStatusPage } from "../status-pages/pages.ts";
import { findUnagreedChats } from "../telegram/telegram.ts";
import { auditSteps } from "./audit-steps.ts";
import { readState, storedRoute } from "./read-state.ts";
import { savePage, type WantedPage } from "./save-page.ts";

/** A channel to be stored, with complete settings. */
export type WantedChannel = PlannedChannel & { settings: Record<string, unknown>; hint: string };

/** A check to be stored. `channels`: names; null: a new check gets all channels, an existing one keeps its own. */
export type WantedCheck = {
  slug: string;
  details: Partial<CheckDetails>;
  settings: CheckSettings;
  channels: readonly string[] | null;
  /** Slugs; null: the dependencies stay as they are. */
  dependsOn: readonly string[] | null;
};

/** The steps that bring a project to the state that a file describes, with what is to be stored. */
export type ConfigDecision = {
  steps: readonly Step[];
  channels: readonly WantedChannel[];
  checks: readonly WantedCheck[];
  routes: readonly ConfigRoute[];
  statusPages: readonly WantedPage[];
  /** What a step changes, for the audit log. */
  valuesOf: (step: Step) => AuditChanges;
};

/** Telegram chats have not agreed to get alerts. `indexes`: of their channels in the file. */
export class UnagreedChats extends Error {
  readonly indexes: readonly number[];
  constructor(indexes: readonly number[]) {
    super("A Telegram chat has not agreed to get alerts.");
    this.indexes = indexes;
  }
}

type Scope = {
  client: PoolClient;
  projectId: string;
  keyring: Keyring;
  at: Instant;
  /** Who enters the addresses of mailboxes; null: the operator. */
  addressAuthor: AddressAuthor | null;
  /** Who applies the file, and from which address, for the audit log; null: no audit entries are written. */
  appliedBy: Pick<NewAuditEntry, "actor" | "address"> | null;
  /** By name, checks by slug; what is made on the way comes to it. */
  ids: Record<IdsOf | "people" | "rotations", Map<string, string>>;
};

/**
 * Lets `decide` plan the changes of a project and makes them, all or none: a throw undoes everything. Two at once wait for
 * each other. @returns the steps that were taken. @throws CircularDependency through a check without a slug, which `decide`
 * cannot see; UnagreedChats, TooManyChannels, PlanLimitReached
 */
export async function applyConfig(
  pool: Pool,
  { projectId, ...rest }: Pick<Scope, "projectId" | "keyring" | "at" | "addressAuthor" | "appliedBy">,
  decide: (current: Current) => ConfigDecision | Promise<ConfigDecision>,
): Promise<readonly Step[]> {
  return inTransaction(pool, async (client) => {
    await holdPlaces(openDb(client), { projectId });
    await client.query("select 1 from projects where id = $1 for update", [projectId]);
    const current = await readState(openDb(client), rest.keyring, projectId);
    const decision = await decide(current);
    const asked = { projectId, wanted: decision.channels };
    const unagreed = await findUnagreedChats(openDb(client), rest.keyring, asked);
    if (unagreed.length > 0) throw new UnagreedChats(unagreed);
    await requireRoom(openDb(client), { projectId }, growthBy(decision.steps));
    const scope = { client, projectId, ...rest, ids: idsIn(current) };
    for (const step of decision.steps) await take(step, decision, scope);
    const addsChannel = decision.steps.some(({ what, act }) => what === "channel" && act === "create");
    if (addsChannel) await refuseTooMany(openDb(client), projectId, 0);
    await link(decision, scope);
    await order(decision, scope);
    await auditSteps(decision, scope, (what, name) => scope.ids[IDS_OF[what]].get(name) ?? "");
    return decision.steps;
  });
}

/** How many more checks and channels there are after these steps than before. */
function growthBy(steps: readonly Step[]): { checks: number; channels: number } {
  const grown = (kind: Step["what"]) =>
    steps.reduce(
      (sum, { what, act }) =>
        what === kind ? sum + Number(act === "create") - Number(act === "delete") : sum,
      0,
    );
  return { checks: grown("check"), channels: grown("channel") };
}

function idsIn({
  channels: ofChannels,
  checks: ofChecks,
  routes: ofRoutes,
  statusPages,
  people,
  rotations,
}: Current) {
  const bySlug = (list: readonly { id: string; slug: string }[]) =>
    new Map(list.map(({ id, slug }) => [slug, id]));
  const byName = (list: readonly { id: string; name: string }[]) =>
    new Map(list.map(({ id, name }) => [name, id]));
  return {
    channels: byName(ofChannels),
    checks: bySlug(ofChecks),
    statusPages: bySlug(statusPages),
    people: byName(people),
    rotations: byName(rotations),
    routes: byName(ofRoutes),
  };
}

/** Links checks to their dependencies, once all checks exist. It first removes all links of the changed checks, since old and new ones together may make a circle. */
async function link(
  { steps, checks: wanted }: ConfigDecision,
  { client, projectId, ids }: Scope,
): Promise<void> {
  const db = openDb(client);
  const changed = wanted.flatMap(({ slug, dependsOn }) => {
    const step = steps.find(({ what, act, name }) => what === "check" && act !== "delete" && name === slug);
    const isLinked =
      step?.changes.includes("dependsOn") === true || (step?.act === "create" && dependsOn !== null);
    const checkId = ids.checks.get(slug);
    return isLinked && checkId !== undefined
      ? [{ ref: { projectId, checkId }, dependsOn: dependsOn ?? [] }]
      : [];
  });
  for (const { ref } of changed) await replaceDependencies(db, ref, []);
  for (const { ref, dependsOn } of changed) {
    const above = dependsOn.flatMap((slug) => ids.checks.get(slug) ?? []);
    if (above.length > 0) await replaceDependencies(db, ref, above);
  }
}

/** Puts the file's routes in their order, before all others. */
async function order(decision: ConfigDecision, { client, projectId, ids }: Scope): Promise<void> {
  if (!decision.steps.some(({ what }) => what === "route")) return;
  const inOrder = decision.routes.flatMap(({ name }) => ids.routes.get(name) ?? []);
  await orderRoutesIn(openDb(client), projectId, inOrder);
}

const IDS_OF = {
  channel: "channels",
  check: "checks",
  route: "routes",
  "status-page": "statusPages",
} as const;
type IdsOf = (typeof IDS_OF)[Step["what"]];

async function take(step: Step, decision: ConfigDecision, scope: Scope): Promise<void> {
  const { act, what, name: named } = step;
  if (act === "delete") return await remove(step, scope);
  const isNamed = ({ name }: { name: string }) => name === named;
  const hasSlug = ({ slug }: { slug: string }) => slug === named;
  if (what === "channel")
    for (const channel of decision.channels.filter(isNamed)) await saveChannel(step, channel, scope);
  else if (what === "check")
    for (const check of decision.checks.filter(hasSlug)) await saveCheck(step, check, scope);
  else if (what === "route")
    for (const route of decision.routes.filter(isNamed)) await saveRoute(step, route, scope);
  else
    for (const page of decision.statusPages.filter(hasSlug))
      scope.ids.statusPages.set(page.slug, await savePage(step, page, scope));
}

async function remove({ what, id }: Step, { client, projectId }: Scope): Promise<void> {
  if (id === null) return;
  if (what === "route") await deleteRoute(openDb(client), { projectId, routeId: id });
  else if (what === "status-page") await deleteStatusPage(openDb(client), { projectId, pageId: id });
  else if (what === "check") await deleteCheckIn(openDb(client), { projectId, checkId: id });
  else await deleteChannelIn(openDb(client), { projectId, channelId: id });
}

async function saveChannel(step: Step, channel: WantedChannel, scope: Scope): Promise<void> {
  const { client, projectId, keyring, ids } = scope;
  const { name, kind, hint, collectMinutes, groups } = channel;
  const grouping = { collectMinutes, groups };
  const id = step.id ?? randomUUIDv7();
  const settings = sealSettings(keyring, { projectId, channelId: id }, channel.settings);
  ids.channels.set(name, id);
  const db = openDb(client);
  const hasNewSettings = step.act === "create" || step.changes.includes("settings");
  const [before = null] = await db.select().from(channels).where(eq(channels.id, id));
  const unconfirmed = hasNewSettings ? await unconfirmedOf({ kind, hint }, before, scope) : null;
  if (hasNewSettings && before !== null)
    await moveProviderIncidents(db, keyring, { channel: before, settings: channel.settings });
  if (step.act === "create") {
    const stored = { id, projectId, kind, name, hint, settings, ...grouping, managedBy: "config" as const };
    await db.insert(channels).values({ ...stored, unconfirmedSince: unconfirmed });
  } else
    await updateChannel(db, id, {
      grouping,
      replaced: hasNewSettings ? { settings, hint, unconfirmedSince: unconfirmed } : null,
    });
  if (unconfirmed !== null) await askToConfirm(db, { projectId, channelId: id });
}

/** Since when its address waits for a confirmation, as it is to be stored. */
async function unconfirmedOf(
  { kind, hint }: { kind: string; hint: string },
  before: ChannelRow | null,
  { client, projectId, addressAuthor }: Scope,
): Promise<Date | null> {
  return unconfirmedSince(openDb(client), { projectId, kind, address: hint }, { by: addressAuthor, before });
}

type GroupingSettings = Pick<WantedChannel, "collectMinutes" | "groups">;
type Replaced = { settings: string; hint: string; unconfirmedSince: Date | null };

/** `replaced`: the columns of new settings, which also make a broken channel work again. */
async function updateChannel(
  db: Db,
  id: string,
  { grouping, replaced }: { grouping: GroupingSettings; replaced: Replaced | null },
): Promise<void> {
  await db
    .update(channels)
    .set({
      managedBy: "config",
      updatedAt: sql`now()`,
      version: sql`${channels.version} + 1`,
      ...grouping,
      ...(replaced !== null && { ...replaced, brokenAt: null, brokenBecause: null, brokenBy: null }),
    })
    .where(eq(channels.id, id));
}

async function saveCheck(step: Step, check: WantedCheck, scope: Scope): Promise<void> {
  const { client, projectId, at } = scope;
  const { details, settings } = check;
  const named = check.channels?.flatMap((name) => scope.ids.channels.get(name) ?? []) ?? null;
  const db = openDb(client);
  const checkId = step.id ?? randomUUIDv7();
  scope.ids.checks.set(check.slug, checkId);
  if (step.id === null) {
    const made = newCheck(checkId, at, settings);
    const input = { projectId, check: made, details: { ...details, slug: check.slug }, nextAt: nextAt(made) };
    await insertCheck(db, { ...input, channelIds: named ?? "all" });
  } else {
    const isRelinked = step.changes.includes("channels");
    const edit = { details, settings: changedSettings(settings, step), version: null, at };
    await editCheckIn(client, { projectId, checkId }, { ...edit, channelIds: isRelinked ? named : null });
  }
  await db.update(checks).set({ managedBy: "config" }).where(eq(checks.id, checkId));
}

async function saveRoute(step: Step, route: ConfigRoute, { client, projectId, ids }: Scope): Promise<void> {
  const db = openDb(client);
  const id = step.id ?? randomUUIDv7();
  ids.routes.set(route.name, id);
  const stored = storedRoute(route, ids);
  const fields = { ...stored, listens: listens(stored.notifyOn), managedBy: "config" as const };
  if (step.act === "create") {
    await db.insert(routes).values({ id, projectId, ...fields, position: 0 });
    return;
  }
  await db
    .update(routes)
    .set({ ...fields, version: sql`${routes.version} + 1`, updatedAt: sql`now()` })
    .where(eq(routes.id, id));
}

/** Only the settings that change, since an edit restarts whatever it touches. */
function changedSettings(settings: CheckSettings, { changes }: Step): Partial<CheckSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([field]) => changes.includes(field)));
}
