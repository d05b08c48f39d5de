import { randomUUIDv7 } from "node:crypto";

import { type CheckSettings, type Current, type Instant, newCheck, nextAt, type Step } from "@overdue/core";
import { eq, sql } from "drizzle-orm";
import type { Pool, PoolClient } from "pg";

import { sealSettings } from "../channels/create-channel.ts";
import { deleteChannel } from "../channels/delete-channel.ts";
import type { CheckDetails } from "../checks/check-details.ts";
import { insertCheck } from "../checks/create-check.ts";
import { deleteCheck } from "../checks/delete-check.ts";
import { editCheckIn } from "../checks/edit-check.ts";
import { openDb } from "../database.ts";
import { inTransaction } from "../in-transaction.ts";
import { channels, checks } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { readState } from "./read-state.ts";

/** A channel as it is to be stored; its settings are complete. */
export type WantedChannel = { name: string; kind: string; settings: Record<string, unknown>; hint: string };

/** A check as it is to be stored. `channels`: names; null: all there are for a new one, else those it has. */
export type WantedCheck = {
  slug: string;
  details: Partial<CheckDetails>;
  settings: CheckSettings;
  channels: readonly string[] | null;
};

/** What a file comes to, given what there is. */
export type ConfigDecision = {
  steps: readonly Step[];
  channels: readonly WantedChannel[];
  checks: readonly WantedCheck[];
};

type Scope = {
  client: PoolClient;
  projectId: string;
  keyring: Keyring;
  at: Instant;
  ids: Map<string, string>;
};

/**
 * Lets `decide` say what is to be done to a project, and does it, all or nothing: a throw undoes everything. Two at
 * once wait for each other. @returns the steps that were taken
 */
export async function applyConfig(
  pool: Pool,
  { projectId, keyring, at }: { projectId: string; keyring: Keyring; at: Instant },
  decide: (current: Current) => ConfigDecision,
): Promise<readonly Step[]> {
  return inTransaction(pool, async (client) => {
    await client.query("select 1 from projects where id = $1 for update", [projectId]);
    const current = await readState(openDb(client), keyring, projectId);
    const decision = decide(current);
    const ids = new Map(current.channels.map(({ name, id }) => [name, id]));
    const scope = { client, projectId, keyring, at, ids };
    for (const step of decision.steps) await take(step, decision, scope);
    return decision.steps;
  });
}

async function take(step: Step, decision: ConfigDecision, scope: Scope): Promise<void> {
  if (step.what === "channel") {
    const channel = decision.channels.find(({ name }) => name === step.name);
    if (channel === undefined) await remove(step, scope);
    else await saveChannel(step, channel, scope);
  } else {
    const check = decision.checks.find(({ slug }) => slug === step.name);
    if (check === undefined) await remove(step, scope);
    else await saveCheck(step, check, scope);
  }
}

async function remove({ what, id }: Step, { client, projectId }: Scope): Promise<void> {
  if (id === null) return;
  if (what === "check") await deleteCheck(openDb(client), { projectId, checkId: id });
  else await deleteChannel(openDb(client), { projectId, channelId: id });
}

async function saveChannel(step: Step, channel: WantedChannel, scope: Scope): Promise<void> {
  const { client, projectId, keyring, ids } = scope;
  const { name, kind, hint } = channel;
  const id = step.id ?? randomUUIDv7();
  const settings = sealSettings(keyring, { projectId, channelId: id }, channel.settings);
  ids.set(name, id);
  const db = openDb(client);
  if (step.act === "create") {
    await db.insert(channels).values({ id, projectId, kind, name, hint, settings, managedBy: "config" });
    return;
  }
  const isNew = step.changes.includes("settings");
  await db
    .update(channels)
    .set({
      managedBy: "config",
      updatedAt: sql`now()`,
      version: sql`${channels.version} + 1`,
      ...(isNew && { settings, hint, brokenAt: null, brokenBecause: null }),
    })
    .where(eq(channels.id, id));
}

async function saveCheck(step: Step, check: WantedCheck, scope: Scope): Promise<void> {
  const { client, projectId, at } = scope;
  const { details, settings } = check;
  const named = check.channels?.flatMap((name) => scope.ids.get(name) ?? []) ?? null;
  const db = openDb(client);
  const checkId = step.id ?? randomUUIDv7();
  if (step.id === null) {
    const made = newCheck(checkId, at, settings);
    const input = { projectId, check: made, details: { ...details, slug: check.slug }, nextAt: nextAt(made) };
    await insertCheck(db, { ...input, channelIds: named ?? "all" });
  } else {
    const isRelinked = step.changes.includes("channels");
    const edit = { details, settings: changedOf(settings, step), version: null, at };
    await editCheckIn(client, { projectId, checkId }, { ...edit, channelIds: isRelinked ? named : null });
  }
  await db.update(checks).set({ managedBy: "config" }).where(eq(checks.id, checkId));
}

/** Settings that stay are not folded anew: an edit restarts what it touches. */
function changedOf(settings: CheckSettings, { changes }: Step): Partial<CheckSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([field]) => changes.includes(field)));
}
