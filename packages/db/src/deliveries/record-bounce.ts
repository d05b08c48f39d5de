import { createHash } from "node:crypto";

import { sql } from "drizzle-orm";

import { notifyDeliveryChanges, notifyProjectChange, notifySenders } from "../changes.ts";
import { stopMailbox } from "../channels/confirmation.ts";
import type { Db, Tx } from "../database.ts";
import { isSame, type Keyring, newestKey, sign } from "../secrets/keyring.ts";
import { uuidArray } from "../sql-fragments.ts";
import { fallBack, fallBackForWaiting } from "./fallback.ts";
import { notifyOwners, type OwnerContact } from "./notify-owners.ts";

/** A mail that was sent, and a short mark of the address it went to: the channel may have another one since. */
export type BounceToken = { deliveryId: string; addressMark: string };

const PURPOSE = "bounce address";
const MARK_HEX = 4;
const SIGNATURE_HEX = 20;
const LOCAL = /^bounce\+([0-9a-f]{32})([0-9a-f]{4})([0-9a-f]{20})$/;

/**
 * The envelope's sender of one mail, by which what comes back is known (VERP): `bounce+…@domain`. Hexadecimal, since some
 * servers change the case; 63 characters before the @, of 64 that there may be.
 */
export function bounceAddress(
  keyring: Keyring,
  of: { deliveryId: string; to: string; domain: string },
): string {
  const id = of.deliveryId.replaceAll("-", "");
  const mark = addressMark(of.to);
  return `bounce+${id}${mark}${signatureOf(newestKey(keyring).key, id + mark)}@${of.domain}`;
}

/** Reads what stands before the @; null for what we never signed. */
export function readBounceAddress(keyring: Keyring, local: string): BounceToken | null {
  const [, id, mark, signature] = LOCAL.exec(local.toLowerCase()) ?? [];
  if (id === undefined || mark === undefined || signature === undefined) return null;
  const isOurs = keyring.keys.some(({ key }) => isSame(signatureOf(key, id + mark), signature));
  const deliveryId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return isOurs ? { deliveryId, addressMark: mark } : null;
}

/** No secret: it tells a channel's address of now from the one of then. */
function addressMark(address: string): string {
  return createHash("sha256").update(address.toLowerCase()).digest("hex").slice(0, MARK_HEX);
}

function signatureOf(key: Buffer, text: string): string {
  return Buffer.from(sign(key, PURPOSE, text), "base64url")
    .toString("hex")
    .slice(0, SIGNATURE_HEX);
}

/**
 * What came back. `permanent`: the address does not work. `refused`: it does, and did not take this mail, since it is full or
 * dislikes its text or its sender. `given-up`: this mail was tried in vain for long, another may arrive. `complaint`: its
 * reader reported it as unwanted.
 */
export type Bounce = { kind: "permanent" | "refused" | "given-up" | "complaint"; because: string };

type Sent = { projectId: string; channelId: string; name: string; address: string };

/** An alert is worth trying elsewhere for a day. */
const WORTH_TELLING = "24 hours";
/** Between the tries of a mail that a mailbox does not take, however it says so. */
const AGAIN_AFTER = sql`'15 minutes', '1 hour', '4 hours', '12 hours'`;
const AGAIN_TIMES = 4;
const COMPLAINED =
  "The recipient unsubscribed by reporting a mail as unwanted. Saving the address asks them again.";

/**
 * Records that a mail which a server had taken did not arrive after all: the delivery failed, its alert goes to the
 * fallback, the channel is broken where no other mail would arrive either, and the owners hear of it at once. Nothing
 * where the channel has another address by now, or it was recorded before. @returns whether something was recorded
 */
export async function recordBounce(
  db: Db,
  ownerContact: OwnerContact,
  { token, bounce }: { token: BounceToken; bounce: Bounce },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const sent = await findSent(tx, token);
    if (sent === null) return false;
    if (bounce.kind === "complaint") return await complained(tx, ownerContact, sent);
    if (bounce.kind === "refused")
      return await tryAgain(tx, ownerContact, { token, because: bounce.because });
    const failed = await fail(tx, token.deliveryId, bounce.because);
    if (failed.length === 0) return false;
    if (bounce.kind === "permanent") await breakChannel(tx, sent, bounce.because);
    await fallBack(tx, failed);
    await notifyOwners(tx, ownerContact, wordFor(sent, bounce));
    return true;
  });
}

async function findSent(tx: Tx, token: BounceToken): Promise<Sent | null> {
  const rows = await tx.execute<Sent>(sql`
    select c.project_id as "projectId", c.id as "channelId", c.name, c.hint as address
    from deliveries d join channels c on c.project_id = d.project_id and c.id = d.channel_id
    where d.id = ${token.deliveryId} and c.kind = 'email' and c.deleted_at is null
    for update of c`);
  const [sent] = rows;
  return sent !== undefined && addressMark(sent.address) === token.addressMark ? sent : null;
}

/** As if the server had said so at once: it is tried again, rarely, and sent elsewhere meanwhile. */
async function tryAgain(
  tx: Tx,
  ownerContact: OwnerContact,
  { token: { deliveryId }, because }: { token: BounceToken; because: string },
): Promise<boolean> {
  const rows = await tx.execute<{ id: string; failed: boolean }>(sql`
    with late as (
      select d.id, d.created_at + ${WORTH_TELLING}::interval < clock_timestamp() + wait.for as failed, wait.for
      from deliveries d cross join lateral (select (array[${AGAIN_AFTER}]::interval[])[least(${AGAIN_TIMES},
        1 + (select count(*) from delivery_attempts a where a.delivery_id = d.id and a.outcome <> 'sent'))] as for) wait
      where d.id = ${deliveryId} and d.state = 'sent'
    ), again as (
      update deliveries d set state = case when late.failed then 'failed' else 'retry' end::delivery_state,
        last_error = ${because}, latency_ms = null, attempt = d.attempt + 1,
        finished_at = case when late.failed then clock_timestamp() end,
        next_attempt_at = clock_timestamp() + late.for
      from late where d.id = late.id
      returning d.*, late.failed
    ), noted as (
      insert into delivery_attempts
        (project_id, delivery_id, attempt, started_at, finished_at, outcome, status_code, answer)
      select project_id, id, attempt, clock_timestamp(), clock_timestamp(),
        case when failed then 'failed' else 'retry' end, null, ${because} from again
    ), led as (
      update deliveries m set latency_ms = null,
        state = case when again.failed then 'failed' else 'superseded' end::delivery_state,
        last_error = case when again.failed then ${because} else 'Sent in one message with others.' end
      from again where m.leader_id = again.id and m.state = 'sent'
    )
    select id, failed from again`);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return false;
  await notifyDeliveryChanges(tx, ids);
  await fallBackForWaiting(tx, ownerContact, ids);
  await notifySenders(tx);
  return true;
}

async function complained(tx: Tx, ownerContact: OwnerContact, sent: Sent): Promise<boolean> {
  const { count } = await tx.execute(sql`
    select from channels where id = ${sent.channelId} and broken_by is distinct from 'recipient'`);
  if (count !== 1) return false;
  await stopMailbox(tx, sent.channelId, COMPLAINED);
  await notifyProjectChange(tx, sent.projectId);
  await notifyOwners(tx, ownerContact, {
    projectId: sent.projectId,
    notVia: sent.channelId,
    title: `Channel “${sent.name}” is ended by its recipient`,
    sentence: `${sent.address} reported a mail as unwanted. No more mails go there.`,
  });
  return true;
}

/** With all members of its group. @returns those that are worth sending elsewhere */
async function fail(tx: Tx, deliveryId: string, because: string): Promise<string[]> {
  const rows = await tx.execute<{ id: string; isRecent: boolean }>(sql`
    with failed as (
      update deliveries d set state = 'failed', last_error = ${because}, latency_ms = null,
        attempt = d.attempt + (d.leader_id is null)::int
      where (d.id = ${deliveryId} or d.leader_id = ${deliveryId}) and d.state = 'sent'
      returning d.*
    ), noted as (
      insert into delivery_attempts
        (project_id, delivery_id, attempt, started_at, finished_at, outcome, status_code, answer)
      select project_id, id, attempt, clock_timestamp(), clock_timestamp(), 'failed', null, ${because}
      from failed where leader_id is null
    )
    select id, created_at > clock_timestamp() - ${WORTH_TELLING}::interval as "isRecent" from failed`);
  await notifyDeliveryChanges(
    tx,
    rows.map(({ id }) => id),
  );
  await tx.execute(sql`
    update deliveries set dealt_with_at = clock_timestamp()
    where id = any(${uuidArray(rows.filter(({ isRecent }) => !isRecent).map(({ id }) => id))})`);
  return rows.filter(({ isRecent }) => isRecent).map(({ id }) => id);
}

async function breakChannel(tx: Tx, { channelId }: Sent, because: string): Promise<void> {
  await tx.execute(sql`
    update channels set broken_at = clock_timestamp(), broken_because = ${because}, broken_by = 'bounce'
    where id = ${channelId} and broken_at is null`);
}

function wordFor({ projectId, channelId, name, address }: Sent, { kind, because }: Bounce) {
  const word = { projectId, notVia: channelId };
  if (kind === "given-up") {
    return {
      ...word,
      title: `A mail by channel “${name}” never arrived`,
      sentence: `The mail servers tried it in vain until they gave up. ${because} Later ones may arrive: look whether ${address} works.`,
    };
  }
  return {
    ...word,
    title: `Channel “${name}” does not work any more`,
    sentence: `A mail to ${address} came back after it had been taken. ${because} Nothing more is sent there until somebody saves another address or a test of yours arrives.`,
  };
}
