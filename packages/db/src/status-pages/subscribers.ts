import { and, asc, eq, gt, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { statusPages, statusSubscribers } from "../schema/index.ts";
import { type Keyring, readSignedId, signId } from "../secrets/keyring.ts";
import type { StatusPageRef } from "./pages.ts";

export type SubscriberRef = StatusPageRef & { subscriberId: string };
export type SubscriberRow = typeof statusSubscribers.$inferSelect;

/** The subscribers of a page, oldest first, including those who have not confirmed yet or were refused. */
export async function listSubscribers(
  db: Db,
  { projectId, pageId }: StatusPageRef,
  page: { limit: number; after: string | null },
): Promise<SubscriberRow[]> {
  return await db
    .select()
    .from(statusSubscribers)
    .where(
      and(
        eq(statusSubscribers.projectId, projectId),
        eq(statusSubscribers.pageId, pageId),
        page.after === null ? undefined : gt(statusSubscribers.id, page.after),
      ),
    )
    .orderBy(asc(statusSubscribers.id))
    .limit(page.limit);
}

/** Removes a subscriber from a page. @returns whether there was such a subscriber */
export async function removeSubscriber(
  db: Db,
  { projectId, pageId, subscriberId }: SubscriberRef,
): Promise<boolean> {
  const removed = await db
    .delete(statusSubscribers)
    .where(
      and(
        eq(statusSubscribers.projectId, projectId),
        eq(statusSubscribers.pageId, pageId),
        eq(statusSubscribers.id, subscriberId),
      ),
    )
    .returning({ id: statusSubscribers.id });
  return removed.length > 0;
}

/**
 * Stores that the owner of an address may want the updates of a page, and queues the mail that asks them to confirm. An
 * address that has confirmed already, or was asked within the last hour, gets no mail.
 */
export async function subscribe(db: Db, ref: StatusPageRef, email: string): Promise<void> {
  await db.execute(sql`
    with asked as (
      insert into status_subscribers as s (project_id, page_id, email, asked_at)
      values (${ref.projectId}, ${ref.pageId}, ${email.toLowerCase()}, now())
      on conflict (page_id, email) do update set asked_at = now(), refused_at = null, refused_because = null
        where s.confirmed_at is null and s.asked_at < now() - interval '1 hour'
      returning s.id, s.project_id
    ), queued as (
      insert into status_mails (project_id, subscriber_id) select project_id, id from asked
      on conflict (subscriber_id, update_id) do update set due_at = now(), attempts = 0
      returning id
    )
    select pg_notify('overdue_status_mails', '') from queued`);
}

/** Queues an update of a post for every confirmed subscriber; each gets it once, however often this is called. */
export async function queueUpdateMails(tx: Tx, ref: StatusPageRef, updateId: string): Promise<void> {
  await tx.execute(sql`
    insert into status_mails (project_id, subscriber_id, update_id)
    select project_id, id, ${updateId} from status_subscribers
    where project_id = ${ref.projectId} and page_id = ${ref.pageId} and confirmed_at is not null
    on conflict (subscriber_id, update_id) do nothing`);
  await tx.execute(sql`select pg_notify('overdue_status_mails', '')`);
}

const CONFIRM = "confirm status subscription";
const UNSUBSCRIBE = "end status subscription";

/** `base`: the beginning of the page's links, such as `https://overdue.example/status`, or its own host. */
type LinkTarget = { base: string; subscriberId: string };

/** A link by which the owner of a mailbox agrees to get updates. It ends with the row, which is pruned after three days. */
export function confirmSubscriptionLink(keyring: Keyring, { base, subscriberId }: LinkTarget): string {
  return `${base}/confirm?${signId(keyring, CONFIRM, subscriberId)}`;
}

/** A link by which the recipient of a mail ends the subscription, and nothing else (RFC 8058). It does not expire. */
export function endSubscriptionLink(keyring: Keyring, { base, subscriberId }: LinkTarget): string {
  return `${base}/unsubscribe?${signId(keyring, UNSUBSCRIBE, subscriberId)}`;
}

/** A subscription, for the page of a mail's link. */
export type Subscription = {
  id: string;
  email: string;
  isConfirmed: boolean;
  pageName: string;
  slug: string;
};

/** The subscription for which a link was signed; null if it was not signed, or the subscription no longer exists. */
export async function findLinkedSubscription(
  db: Db,
  keyring: Keyring,
  { purpose, query }: { purpose: "confirm" | "unsubscribe"; query: URLSearchParams },
): Promise<Subscription | null> {
  const id = readSignedId(keyring, purpose === "confirm" ? CONFIRM : UNSUBSCRIBE, query);
  if (id === null) return null;
  const [row] = await db
    .select({
      id: statusSubscribers.id,
      email: statusSubscribers.email,
      confirmedAt: statusSubscribers.confirmedAt,
      pageName: statusPages.name,
      slug: statusPages.slug,
    })
    .from(statusSubscribers)
    .innerJoin(statusPages, eq(statusPages.id, statusSubscribers.pageId))
    .where(and(eq(statusSubscribers.id, id), sql`${statusPages.deletedAt} is null`));
  if (row === undefined) return null;
  const { confirmedAt, ...subscription } = row;
  return { ...subscription, isConfirmed: confirmedAt !== null };
}

/** Stores that the owner of the address agreed. */
export async function confirmSubscription(db: Db, subscriberId: string): Promise<void> {
  await db
    .update(statusSubscribers)
    .set({
      confirmedAt: sql`coalesce(${statusSubscribers.confirmedAt}, now())`,
      refusedAt: null,
      refusedBecause: null,
    })
    .where(eq(statusSubscribers.id, subscriberId));
}

/** Ends a subscription: the address is deleted. */
export async function endSubscription(db: Db, subscriberId: string): Promise<void> {
  await db.delete(statusSubscribers).where(eq(statusSubscribers.id, subscriberId));
}
