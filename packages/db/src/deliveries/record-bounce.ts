import { createHash } from "node:crypto";

import { sql } from "drizzle-orm";

import { notifyDeliveryChanges, notifyProjectChange, notifySenders } from "../changes.ts";
import { unsubscribeMailbox } from "../channels/confirmation.ts";
import type { Db, Tx } from "../database.ts";
import { isSameSecret, type Keyring, newestKey, sign } from "../secrets/keyring.ts";
import { uuidArray } from "../sql-fragments.ts";
import { fallBack, fallBackForWaiting } from "./fallback.ts";
import { notifyOwners, type OwnerContact } from "./notify-owners.ts";

/** A mail that was sent. `addressMark`: a short hash of the address it went to, since the channel may have another one by now. */
export type BounceToken = { deliveryId: string; addressMark: string };

const PURPOSE = "bounce address";
const MARK_HEX = 4;
const SIGNATURE_HEX = 20;
const LOCAL = /^bounce\+([0-9a-f]{32})([0-9a-f]{4})([0-9a-f]{20})$/;

/**
 * The envelope sender of one mail, by which its bounces are recognized (VERP): `bounce+…@domain`. Hexadecimal, since some
 * servers change the case; 63 characters before the @, of at most 64.
 */
export function bounceAddress(
  keyring: Keyring,
  { deliveryId, to, domain }: { deliveryId: string; to: string; domain: string },
): string {
  const id = deliveryId.replaceAll("-", "");
  const mark = addressMark(to);
  return `bounce+${id}${mark}${signatureOf(newestKey(keyring).key, id + mark)}@${domain}`;
}

/** Reads the part before the @ of a bounce address; null if this instance did not sign it. */
export function readBounceAddress(keyring: Keyring, local: string): BounceToken | null {
  const [, id, mark, signature] = LOCAL.exec(local.toLowerCase()) ?? [];
  if (id === undefined || mark === undefined || signature === undefined) return null;
  const isOurs = keyring.keys.some(({ key }) => isSameSecret(signatureOf(key, id + mark), signature));
  const deliveryId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return isOurs ? { deliveryId, addressMark: mark } : null;
}

/** A short hash, no secret: it shows whether the channel still has the address that the mail went to. */
function addressMark(address: string): string {
  return createHash("sha256").update(address.toLowerCase()).digest("hex").slice(0, MARK_HEX);
}

function signatureOf(key: Buffer, text: string): string {
  return Buffer.from(sign(key, PURPOSE, text), "base64url")
    .toString("hex")
    .slice(0, SIGNATURE_HEX);
}

/**
 * What came back of a mail. `permanent`: the address does not work. `refused`: the address works, but did not take this
 * mail: it is full, or refuses the text or the sender. `given-up`: servers tried this mail in vain for long; another may
 * arrive. `complaint`: the recipient reported it as unwanted.
 */
export type Bounce = { kind: "permanent" | "refused" | "given-up" | "complaint"; because: string };

type MailChannel = { projectId: string; channelId: string; name: string; address: string };

/** For this long after it was written, an alert is sent elsewhere or tried again. */
const TRIED_FOR = "24 hours";
/** The waits before the next attempts of a mail that its mailbox refused; the last one repeats. */
const RETRY_WAITS = sql`'15 minutes', '1 hour', '4 hours', '12 hours'`;
const RETRY_WAITS_COUNT = 4;
const COMPLAINED =
  "The recipient unsubscribed by reporting a mail as unwanted. Saving the address asks them again.";

/**
 * Records that a mail which a server had accepted did not arrive after all: the delivery has failed, its alert goes to the
 * fallback, the channel is broken if no other mail would arrive either, and the owners are notified at once. Does nothing if
 * the channel has another address by now, or the bounce was recorded before. @returns whether something was recorded
 */
export async function recordBounce(
  db: Db,
  ownerContact: OwnerContact,
  { token, bounce }: { token: BounceToken; bounce: Bounce },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const sent = await findSent(tx, token);
    if (sent === null) return false;
    if (bounce.kind === "complaint") return await recordComplaint(tx, ownerContact, sent);
    if (bounce.kind === "refused")
      return await retryLater(tx, ownerContact, { token, because: bounce.because });
    const failed = await failDelivery(tx, token.deliveryId, bounce.because);
    if (failed.length === 0) return false;
    if (bounce.kind === "permanent") await breakChannel(tx, sent, bounce.because);
    await fallBack(tx, failed);
    await notifyOwners(tx, ownerContact, bounceNotice(sent, bounce));
    return true;
  });
}

async function findSent(tx: Tx, token: BounceToken): Promise<MailChannel | null> {
  const rows = await tx.execute<MailChannel>(sql`
    select c.project_id as "projectId", c.id as "channelId", c.name, c.hint as address
    from deliveries d join channels c on c.project_id = d.project_id and c.id = d.channel_id
    where d.id = ${token.deliveryId} and c.kind = 'email' and c.deleted_at is null
    for update of c`);
  const [sent] = rows;
  return sent !== undefined && addressMark(sent.address) === token.addressMark ? sent : null;
}

/** Tries the mail again, rarely, and sends it elsewhere meanwhile, as if the server had refused it at once. */
async function retryLater(
  tx: Tx,
  ownerContact: OwnerContact,
  { token: { deliveryId }, because }: { token: BounceToken; because: string },
): Promise<boolean> {
  const rows = await tx.execute<{ id: string; failed: boolean }>(sql`
    with late as (
      select d.id, d.created_at + ${TRIED_FOR}::interval < clock_timestamp() + wait.for as failed, wait.for
      from deliveries d cross join lateral (select (array[${RETRY_WAITS}]::interval[])[least(${RETRY_WAITS_COUNT},
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

async function recordComplaint(tx: Tx, ownerContact: OwnerContact, sent: MailChannel): Promise<boolean> {
  const { count } = await tx.execute(sql`
    select from channels where id = ${sent.channelId} and broken_by is distinct from 'recipient'`);
  if (count !== 1) return false;
  await unsubscribeMailbox(tx, sent.channelId, COMPLAINED);
  await notifyProjectChange(tx, sent.projectId);
  await notifyOwners(tx, ownerContact, {
    projectId: sent.projectId,
    notVia: sent.channelId,
    title: `Channel “${sent.name}” was stopped by its recipient`,
    sentence: `${sent.address} reported a mail as unwanted. No more mails go there.`,
  });
  return true;
}

/** Makes the delivery fail with all members of its group. @returns the ids of those that are still to be sent elsewhere */
async function failDelivery(tx: Tx, deliveryId: string, because: string): Promise<string[]> {
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
    select id, created_at > clock_timestamp() - ${TRIED_FOR}::interval as "isRecent" from failed`);
  await notifyDeliveryChanges(
    tx,
    rows.map(({ id }) => id),
  );
  await tx.execute(sql`
    update deliveries set dealt_with_at = clock_timestamp()
    where id = any(${uuidArray(rows.filter(({ isRecent }) => !isRecent).map(({ id }) => id))})`);
  return rows.filter(({ isRecent }) => isRecent).map(({ id }) => id);
}

async function breakChannel(tx: Tx, { channelId }: MailChannel, because: string): Promise<void> {
  await tx.execute(sql`
    update channels set broken_at = clock_timestamp(), broken_because = ${because}, broken_by = 'bounce'
    where id = ${channelId} and broken_at is null`);
}

function bounceNotice({ projectId, channelId, name, address }: MailChannel, { kind, because }: Bounce) {
  const about = { projectId, notVia: channelId };
  if (kind === "given-up") {
    return {
      ...about,
      title: `A mail by channel “${name}” never arrived`,
      sentence: `The mail servers tried to deliver it until they gave up. ${because} Later mails may arrive: check whether ${address} works.`,
    };
  }
  return {
    ...about,
    title: `Channel “${name}” does not work any more`,
    sentence: `A mail to ${address} came back after a server had accepted it. ${because} Nothing more is sent there until somebody saves another address or a test that you send arrives.`,
  };
}
