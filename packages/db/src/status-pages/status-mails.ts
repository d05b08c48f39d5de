import type { UpdateState } from "@overdue/core";
import { eq, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import type { Prune } from "../maintenance-jobs/prune.ts";
import { statusMails } from "../schema/index.ts";

/** A mail that waits to be sent. */
export type StatusMailRow = { id: string; attempts: number };

/** The content of a mail to a subscriber; `update` null: it asks them to confirm. */
export type StatusMailContent = {
  subscriberId: string;
  email: string;
  page: { name: string; slug: string; host: string | null; timezone: string };
  update: {
    postId: string;
    title: string;
    state: UpdateState;
    text: string;
    at: Date;
    editedAt: Date | null;
    affects: readonly string[];
  } | null;
};

/** Longer than any attempt; after this time another checker takes the mail over. */
const LEASE_SECONDS = 1_860;

/** Claims the mail that has been due longest; no other checker gets it for half an hour. Null if none is due. */
export async function claimStatusMail(db: Db): Promise<StatusMailRow | null> {
  const [claimed] = await db
    .update(statusMails)
    .set({
      attempts: sql`${statusMails.attempts} + 1`,
      dueAt: sql`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`,
    })
    .where(
      sql`${statusMails.id} = (select id from status_mails where due_at <= clock_timestamp()
        order by due_at limit 1 for update skip locked)`,
    )
    .returning({ id: statusMails.id, attempts: statusMails.attempts });
  return claimed ?? null;
}

/** The present content of a mail; null if its page or post was deleted, or the subscriber has confirmed already. */
export async function loadStatusMail(db: Db, mailId: string): Promise<StatusMailContent | null> {
  const rows = await db.execute<{ content: StatusMailContent & { isConfirmed: boolean } }>(sql`
    select json_build_object(
      'subscriberId', s.id, 'email', s.email, 'isConfirmed', s.confirmed_at is not null,
      'page', json_build_object('name', g.name, 'slug', g.slug, 'host', g.host, 'timezone', g.timezone),
      'update', case when u.id is not null then json_build_object(
        'postId', p.id, 'title', p.title, 'state', u.state, 'text', u.text, 'at', u.at, 'editedAt', u.edited_at,
        'affects', coalesce((select json_agg(e.name order by e.position) from status_page_entries e
          where e.page_id = g.id and e.id = any(p.entry_ids)), '[]')) end) as content
    from status_mails m
    join status_subscribers s on s.id = m.subscriber_id
    join status_pages g on g.id = s.page_id and g.deleted_at is null
    join projects j on j.id = g.project_id and j.deleted_at is null
    left join status_updates u on u.id = m.update_id
    left join status_posts p on p.id = u.post_id
    where m.id = ${mailId} and p.deleted_at is null and u.deleted_at is null`);
  const content = rows[0]?.content;
  if (content === undefined || content.isConfirmed !== (content.update !== null)) return null;
  const { update } = content;
  const date = (at: Date | null) => (at === null ? null : new Date(at));
  return {
    ...content,
    update: update && { ...update, at: new Date(update.at), editedAt: date(update.editedAt) },
  };
}

/**
 * Stops mails to a subscriber whose mailbox does not exist, as the mail server said about this mail. The owners of the page
 * see its words.
 */
export async function stopRefusedSubscriber(db: Db, mailId: string, because: string): Promise<void> {
  await db.execute(sql`
    with gone as (
      update status_subscribers s set confirmed_at = null, refused_at = now(), refused_because = ${because}
      from status_mails m where m.id = ${mailId} and s.id = m.subscriber_id
      returning s.id
    )
    update status_mails m set due_at = null from gone where m.subscriber_id = gone.id`);
}

/** Ends a mail that the mail server accepted, that is not to be sent, or that was given up. */
export async function finishStatusMail(db: Db, mailId: string): Promise<void> {
  await db.update(statusMails).set({ dueAt: null }).where(eq(statusMails.id, mailId));
}

/** Makes a mail due again in `seconds`. */
export async function postponeStatusMail(db: Db, mailId: string, seconds: number): Promise<void> {
  await db
    .update(statusMails)
    .set({ dueAt: sql`clock_timestamp() + make_interval(secs => ${seconds})` })
    .where(eq(statusMails.id, mailId));
}

/**
 * Subscribers who did not confirm within three days, or were refused 90 days ago; mails older than 90 days; and pages, posts
 * and updates that were deleted 30 days ago.
 */
export const pruneStatusPages: Prune = async (db, limit) => {
  await db.execute(sql`
    delete from status_subscribers where confirmed_at is null
      and coalesce(refused_at + interval '90 days', asked_at + interval '3 days') < now()`);
  await db.execute(sql`delete from status_updates where deleted_at < now() - interval '30 days'`);
  await db.execute(sql`delete from status_posts where deleted_at < now() - interval '30 days'`);
  await db.execute(sql`delete from status_pages where deleted_at < now() - interval '30 days'`);
  const { count } = await db.execute(sql`
    delete from status_mails where id in (
      select id from status_mails where created_at < now() - interval '90 days' limit ${limit})`);
  return count;
};
