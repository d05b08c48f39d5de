import { createHash } from "node:crypto";

import { isUuid } from "@overdue/core";
import { DAY_SECONDS, type Instant } from "@overdue/schedules";
import { and, eq, isNull, sql } from "drizzle-orm";

import { notifyProjectChange, notifySenders } from "../changes.ts";
import type { Db, Tx } from "../database.ts";
import { LOCK_SEEDS } from "../locks.ts";
import { OPENING_KINDS } from "../schema/delivery-lists.ts";
import { acrossProjects } from "../row-security/project-pool.ts";
import { channels, projects } from "../schema/index.ts";
import { isSameSecret, type Keyring, newestKey, sign } from "../secrets/keyring.ts";
import { NOW } from "../sql-fragments.ts";
import type { ChannelRef, ChannelRow } from "./find-channels.ts";

/**
 * Who entered an address for alerts; `userId` null: a program with an API key. In its place stands `null` where nobody is asked
 * to confirm: the operator entered the address, or wants no confirmations.
 */
export type AddressAuthor = { userId: string | null };

/** What came of a wish to ask: the question is queued, there were too many of them, or nothing is to be asked. */
export type AskResult = "asked" | "too often" | "nothing to ask";

type Address = { projectId: string; kind: string; address: string };
type EarlierChannel = Pick<ChannelRow, "hint" | "unconfirmedSince" | "brokenBy">;

/** How many questions one address may get from all projects, and one project may send to all addresses. */
const QUESTIONS_MAX = { addressPerDay: 3, addressPerMonth: 10, projectPerDay: 50 };

/**
 * Since when an address waits to be confirmed; null: it need not be. An address counts as confirmed if the operator enters it,
 * if it is the verified address of the person (for a program: of an owner of the project), if another channel of this project
 * has confirmed it, or if the channel had it before.
 */
export async function unconfirmedSince(
  tx: Db | Tx,
  entered: Address,
  { by, before }: { by: AddressAuthor | null; before: EarlierChannel | null },
): Promise<Date | null> {
  if (entered.kind !== "email" || by === null) return null;
  const stays = before !== null && before.hint === entered.address && before.brokenBy !== "recipient";
  if (stays && before.unconfirmedSince === null) return null;
  const rows = await tx.execute<{ proven: boolean }>(sql`
    select exists (
      select from users u where lower(u.email) = lower(${entered.address}) and u.email_verified
        and (u.id = ${by.userId} or ${by.userId}::text is null and exists (
          select from project_people m where m.project_id = ${entered.projectId} and m.user_id = u.id and m.role = 'owner'))
    ) or (exists (
      select from channels c where ${hasSameMailbox(entered)} and c.unconfirmed_since is null and c.deleted_at is null
    ) and not exists (
      select from channels c where ${hasSameMailbox(entered)} and c.broken_by = 'recipient'
    )) as proven`);
  return rows[0]?.proven === true ? null : (before?.unconfirmedSince ?? new Date());
}

function hasSameMailbox({ projectId, address }: Address) {
  return sql`c.project_id = ${projectId} and c.kind = 'email' and not c.internal
    and lower(c.hint) = lower(${address})`;
}

/** Queues the question to an unconfirmed channel, unless its address or its project had too many of them lately. */
export async function askToConfirm(tx: Db | Tx, ref: ChannelRef): Promise<AskResult> {
  const [channel] = await tx.select().from(channels).where(isRef(ref)).for("update");
  if (channel === undefined || channel.unconfirmedSince === null || channel.brokenBy === "recipient") {
    return "nothing to ask";
  }
  const counted = await acrossProjects(tx, (all) => countQuestion(all, ref.projectId, hashOf(channel.hint)));
  if (!counted) return "too often";
  await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind) values (${ref.projectId}, ${ref.channelId}, 'confirm')`);
  await tx
    .update(channels)
    .set({ askedAt: sql`clock_timestamp()` })
    .where(isRef(ref));
  await notifySenders(tx);
  return "asked";
}

/** The same in a transaction of its own, for a person who presses the button. */
export function askAgain(db: Db, ref: ChannelRef): Promise<AskResult> {
  return db.transaction((tx) => askToConfirm(tx, ref));
}

/** Counts a question. Two at once for one address or project wait for each other. @returns false if it would be one too many */
async function countQuestion(tx: Db | Tx, projectId: string, hash: string): Promise<boolean> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(key, ${LOCK_SEEDS.addressQuestion}))
    from unnest(array[${hash}::text, ${projectId}::text]) as key order by key`);
  await tx.execute(sql`delete from address_questions where asked_at < now() - interval '31 days'`);
  const { count } = await tx.execute(sql`
    insert into address_questions (project_id, address_hash)
    select ${projectId}::uuid, ${hash}
    from (select count(*) as month, count(*) filter (where asked_at > now() - interval '1 day') as day
          from address_questions where address_hash = ${hash} and asked_at > now() - interval '30 days') a,
         (select count(*) as day from address_questions
          where project_id = ${projectId} and asked_at > now() - interval '1 day') p
    where a.day < ${QUESTIONS_MAX.addressPerDay} and a.month < ${QUESTIONS_MAX.addressPerMonth}
      and p.day < ${QUESTIONS_MAX.projectPerDay}`);
  return count === 1;
}

/**
 * A channel whose address is to be confirmed, for the page of the link. `isStopped`: its recipient has unsubscribed since,
 * which only a new question can undo.
 */
export type ConfirmationTarget = { projectName: string; isConfirmed: boolean; isStopped: boolean };

/** The channel of a link; null if it was deleted, or now uses another address. */
export async function findConfirmationTarget(
  db: Db,
  confirmation: Confirmation,
): Promise<ConfirmationTarget | null> {
  const rows = await db.execute<ConfirmationTarget>(sql`
    select p.name as "projectName", c.unconfirmed_since is null and c.broken_at is null as "isConfirmed",
      coalesce(c.broken_by = 'recipient', false) as "isStopped"
    from channels c join projects p on p.id = c.project_id and p.deleted_at is null
    where ${isConfirmationOf(confirmation)}`);
  return rows[0] ?? null;
}

/**
 * Stores that the mailbox's owner agreed: alerts go there from now on, even if the channel was broken, and those of open
 * incidents are sent again. Changes nothing if its owner has unsubscribed since. @returns whether it was confirmed
 */
export async function confirmAddress(db: Db, confirmation: Confirmation): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.execute<{ projectId: string }>(sql`
      update channels c set unconfirmed_since = null, broken_at = null, broken_because = null, broken_by = null,
        circuit_failures = 0, circuit_step = 0, circuit_until = null
      where ${isConfirmationOf(confirmation)} and (c.broken_by is null or c.broken_by <> 'recipient')
      returning c.project_id as "projectId"`);
    const [confirmed] = rows;
    if (confirmed === undefined) return false;
    await notifyProjectChange(tx, confirmed.projectId);
    await sendStillDown(tx, confirmation.channelId);
    return true;
  });
}

/** Sends the newest alert of each open incident again: it went to other channels meanwhile, but not to this mailbox. */
async function sendStillDown(tx: Tx, channelId: string): Promise<void> {
  await tx.execute(sql`
    update deliveries d set state = 'pending', next_attempt_at = ${NOW}, finished_at = null,
      last_error = null, created_at = clock_timestamp()
    from (
      select distinct on (f.check_id) f.id from deliveries f
      join incidents i on i.project_id = f.project_id and i.id = f.incident_id and i.resolved_at is null
      where f.channel_id = ${channelId} and f.state = 'failed' and f.kind in ${OPENING_KINDS}
      order by f.check_id, f.id desc
    ) newest
    where d.id = newest.id`);
  await notifySenders(tx);
}

/** SQL: whether the channel `c` still has the address that is to be confirmed. */
function isConfirmationOf({ channelId, address }: Confirmation) {
  return sql`c.id = ${channelId} and c.kind = 'email' and c.hint = ${address} and c.deleted_at is null
    and not c.internal`;
}

function isRef({ projectId, channelId }: ChannelRef) {
  return and(eq(channels.projectId, projectId), eq(channels.id, channelId));
}

function hashOf(address: string): string {
  return createHash("sha256").update(address.trim().toLowerCase()).digest("hex");
}

/** A channel and the address that it had when the link was made: the link confirms no other address. */
export type Confirmation = { channelId: string; address: string };

/** What a link is worth. `expired`: it is genuine, but no longer valid. */
export type ReadConfirm = { kind: "valid" | "expired"; confirmation: Confirmation } | { kind: "forged" };

const DAYS_VALID = 3;
const PURPOSE = "confirm address";

/** A link by which the owner of a mailbox agrees to get alerts there. Its page asks before it acts; it is valid for three days. */
export function confirmLink(
  keyring: Keyring,
  { publicUrl, channelId, address, now }: Confirmation & { publicUrl: string; now: Instant },
): string {
  const key = newestKey(keyring);
  const expires = String(Math.floor(now / 1_000) + DAYS_VALID * DAY_SECONDS);
  const signature = signatureOf(key.key, { channelId, address, expires });
  const query = new URLSearchParams({ channel: channelId, address, expires, key: key.id, signature });
  return `${publicUrl}/confirm-address?${query}`;
}

/** Reads the query of a link. It is forged if it differs in any way from what was signed. */
export function readConfirmationLink(keyring: Keyring, query: URLSearchParams, now: Instant): ReadConfirm {
  const [channelId = "", address = "", expires = "", signature = ""] = [
    "channel",
    "address",
    "expires",
    "signature",
  ].map((name) => query.get(name) ?? "");
  const key = keyring.keys.find(({ id }) => id === query.get("key"));
  if (key === undefined || !isUuid(channelId) || !/^\d{1,12}$/.test(expires)) return { kind: "forged" };
  if (!isSameSecret(signatureOf(key.key, { channelId, address, expires }), signature))
    return { kind: "forged" };
  return { kind: Number(expires) * 1_000 <= now ? "expired" : "valid", confirmation: { channelId, address } };
}

function signatureOf(key: Buffer, signed: Confirmation & { expires: string }): string {
  return sign(key, PURPOSE, [signed.channelId, signed.expires, signed.address].join("|"));
}

/** A channel's mailbox, for the page of an unsubscribe link. */
export type Mailbox = { projectName: string; to: string; stopped: boolean };

const STOPPED = "The recipient unsubscribed by a link in a mail. Saving the address asks them again.";

/** A link by which the recipient of a mail stops its channel (RFC 8058). It allows nothing else, so it does not expire. */
export function unsubscribeLink(
  keyring: Keyring,
  { publicUrl, channelId }: { publicUrl: string; channelId: string },
): string {
  const { id, key } = newestKey(keyring);
  const signature = sign(key, "unsubscribe", channelId);
  const query = new URLSearchParams({ channel: channelId, key: id, signature });
  return `${publicUrl}/unsubscribe?${query}`;
}

/** The id of the channel for which a link was signed; null if it was not signed. */
export function readUnsubscribeLink(keyring: Keyring, query: URLSearchParams): string | null {
  const channelId = query.get("channel") ?? "";
  const key = keyring.keys.find(({ id }) => id === query.get("key"));
  if (key === undefined || !isUuid(channelId)) return null;
  const isOurs = isSameSecret(query.get("signature") ?? "", sign(key.key, "unsubscribe", channelId));
  return isOurs ? channelId : null;
}

/** A channel's mailbox; null if the channel was deleted, or does not send mail. */
export async function findMailbox(db: Db, channelId: string): Promise<Mailbox | null> {
  const [row] = await db
    .select({ projectName: projects.name, to: channels.hint, by: channels.brokenBy })
    .from(channels)
    .innerJoin(projects, eq(projects.id, channels.projectId))
    .where(isMailbox(channelId));
  return row === undefined
    ? null
    : { projectName: row.projectName, to: row.to, stopped: row.by === "recipient" };
}

/** Stops a mailbox: it gets no more mail, and the app shows since when, and why. */
export async function unsubscribeMailbox(db: Db | Tx, channelId: string, because = STOPPED): Promise<void> {
  await db
    .update(channels)
    .set({ brokenAt: new Date(), brokenBecause: because, brokenBy: "recipient" })
    .where(isMailbox(channelId));
}

function isMailbox(channelId: string) {
  return and(eq(channels.id, channelId), eq(channels.kind, "email"), isNull(channels.deletedAt));
}
