import { randomUUIDv7 } from "node:crypto";

import type { SystemPayload } from "@overdue/core";
import { sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import { sealSettings } from "../channels/settings.ts";
import type { Db, Tx } from "../database.ts";
import { LOCK_SEEDS } from "../locks.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { uuidArray } from "../sql-fragments.ts";
import { isDoubtful } from "./refusals.ts";

/** How owners can be reached. `mail`: a mail server is set. */
export type OwnerContact = { keyring: Keyring; mail: boolean };

/**
 * Queues a message to all operators of this instance: by mail, from the instance's own project. Without a mail server, or if
 * their mailbox may not work, by a channel that works in a project that they own. @returns how many channels get it
 */
export async function notifyOperators(
  tx: Tx,
  ownerContact: OwnerContact & { selfProjectId: string },
  { title, sentence }: { title: string; sentence: string },
): Promise<number> {
  const rows = await tx.execute<{ email: string; owns: string | null }>(sql`
    select u.email, (select m.project_id from project_people m join projects p on p.id = m.project_id
        and p.deleted_at is null
      where m.user_id = u.id and m.role = 'owner' order by p.created_at limit 1) as owns
    from users u where u.is_operator and (u.email_verified or not ${ownerContact.mail}) order by u.id`);
  const ids = new Map<string, string>();
  for (const { email, owns } of rows) {
    const projectId = ownerContact.mail ? ownerContact.selfProjectId : owns;
    if (projectId === null) continue;
    const found = ownerContact.mail
      ? await mailbox(tx, ownerContact.keyring, { projectId, email })
      : undefined;
    if (found !== undefined) ids.set(found, projectId);
    if (owns === null || (found !== undefined && !(await areDoubtful(tx, [found])))) continue;
    const [other] = await workingChannel(tx, { projectId: owns, notVia: null });
    if (other !== undefined) ids.set(other, owns);
  }
  for (const [channelId, projectId] of ids) {
    await queue(tx, channelId, { projectId, notVia: null, title, sentence });
  }
  if (ids.size > 0) await notifySenders(tx);
  return ids.size;
}

async function mailbox(tx: Tx, keyring: Keyring, address: Address): Promise<string | undefined> {
  const rows = await tx.execute<{ id: string; broken: boolean }>(sql`
    select id, broken_at is not null as broken from channels
    where project_id = ${address.projectId} and internal and kind = 'email' and hint = ${address.email}`);
  const [found] = rows;
  if (found === undefined) return makeMailbox(tx, keyring, address);
  return found.broken ? undefined : found.id;
}

/** A message to owners. `notVia`: the channel that it is about. */
export type OwnerNotice = About & Pick<SystemPayload, "title" | "sentence"> & Partial<SystemPayload>;
type About = { projectId: string; notVia: string | null };

type Owner = { userId: string; email: string };

/**
 * Queues a message to everybody who owns a project: by mail to the address of the account; without mail by another channel
 * that works, the fallback first; by both while the mail server refuses mails. Does nothing if there is neither.
 * @returns how many channels get it
 */
export async function notifyOwners(tx: Tx, ownerContact: OwnerContact, notice: OwnerNotice): Promise<number> {
  const ids = await ownersChannels(tx, ownerContact, notice);
  for (const channelId of ids) await queue(tx, channelId, notice);
  if (ids.length > 0) await notifySenders(tx);
  return ids.length;
}

/** The channels by which a project's owners are notified, as `notifyOwners` says. Call it inside a transaction. */
export async function ownersChannels(
  tx: Db | Tx,
  ownerContact: OwnerContact,
  about: About,
): Promise<string[]> {
  const mailboxes = ownerContact.mail ? await ownerMailboxes(tx, ownerContact.keyring, about.projectId) : [];
  const others = mailboxes.filter((id) => id !== about.notVia);
  if (others.length > 0 && !(await areDoubtful(tx, others))) return others;
  const other = await workingChannel(tx, about);
  return [...others, ...other.filter((id) => !others.includes(id))];
}

/** Whether none of these mailboxes can be relied upon, since the mail server refuses mails. */
async function areDoubtful(tx: Db | Tx, ids: readonly string[]): Promise<boolean> {
  const rows = await tx.execute<{ doubtful: boolean }>(sql`
    select bool_and(${isDoubtful(sql`c`)}) as doubtful from channels c where c.id = any(${uuidArray(ids)})`);
  return rows[0]?.doubtful === true;
}

async function queue(
  tx: Tx,
  channelId: string,
  { projectId, title, sentence, lines = [] }: OwnerNotice,
): Promise<void> {
  const payload: SystemPayload = { title, sentence, lines };
  await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, payload)
    values (${projectId}, ${channelId}, 'system', ${JSON.stringify(payload)}::jsonb)`);
}

/** The internal channel for each owner's mailbox, created when it is first needed; without the broken ones. */
async function ownerMailboxes(tx: Db | Tx, keyring: Keyring, projectId: string): Promise<string[]> {
  await lockMailboxes(tx, projectId);
  const rows = await tx.execute<Owner & { channelId: string | null; broken: boolean | null }>(sql`
    select u.id as "userId", u.email, c.id as "channelId", c.broken_at is not null as broken
    from project_people m join users u on u.id = m.user_id
    left join channels c on c.project_id = m.project_id and c.internal and c.kind = 'email' and c.hint = u.email
    where m.project_id = ${projectId} and m.role = 'owner' and u.email_verified
    order by u.id`);
  const made: string[] = [];
  for (const { email, channelId, broken } of rows) {
    if (channelId === null) made.push(await makeMailbox(tx, keyring, { projectId, email }));
    else if (broken !== true) made.push(channelId);
  }
  return made;
}

type Address = { projectId: string; email: string };

/** The internal channel by which Overdue itself writes to a member, created when it is first needed. */
export async function ownMailbox(
  tx: Db | Tx,
  keyring: Keyring,
  address: Address,
): Promise<{ channelId: string; isBroken: boolean }> {
  await lockMailboxes(tx, address.projectId);
  const rows = await tx.execute<{ channelId: string; isBroken: boolean }>(sql`
    select id as "channelId", broken_at is not null as "isBroken" from channels
    where project_id = ${address.projectId} and internal and kind = 'email' and hint = ${address.email}`);
  return rows[0] ?? { channelId: await makeMailbox(tx, keyring, address), isBroken: false };
}

/** Until the transaction ends, so that of two at once only one makes a mailbox's channel. */
async function lockMailboxes(tx: Db | Tx, projectId: string): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${projectId}, ${LOCK_SEEDS.ownersMailboxes}))`,
  );
}

async function makeMailbox(tx: Db | Tx, keyring: Keyring, { projectId, email }: Address): Promise<string> {
  const channelId = randomUUIDv7();
  const settings = sealSettings(keyring, { projectId, channelId }, { to: email });
  await tx.execute(sql`
    insert into channels (id, project_id, kind, name, settings, hint, internal)
    values (${channelId}, ${projectId}, 'email', 'Owner', ${settings}, ${email}, true)`);
  return channelId;
}

async function workingChannel(tx: Db | Tx, { projectId, notVia }: About): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select c.id from channels c
    where c.project_id = ${projectId} and not c.internal and c.deleted_at is null and c.broken_at is null
      and c.unconfirmed_since is null and c.circuit_step = 0 and c.kind <> 'group' and c.id is distinct from ${notVia}
    order by ${isDoubtful(sql`c`)}, c.is_fallback desc, c.last_sent_at desc nulls last, c.id limit 1`);
  return rows.map(({ id }) => id);
}
