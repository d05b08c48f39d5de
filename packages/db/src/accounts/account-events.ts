import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";

/** What a person did with their account, such as `account.sign-in`. `address`: from where; null: by a command. */
export type AccountEvent = { userId: string; action: string; at: Instant; address: string | null };

/** Writes it into the audit log of every project of the person: their owners ask who came in, and from where. */
export async function logAccountEvent(db: Db | Tx, event: AccountEvent): Promise<void> {
  const { userId, action, at, address } = event;
  await db.execute(sql`
    insert into audit_entries (project_id, at, actor_kind, actor_id, actor_name, address, action, object_id,
      object_name, fields)
    select m.project_id, ${new Date(at).toISOString()}::timestamptz, 'user', u.id, u.email, ${address}, ${action}, u.id, u.email,
      '[]'::jsonb
    from members m join users u on u.id = m.user_id join projects p on p.id = m.project_id
    where m.user_id = ${userId} and p.deleted_at is null`);
}

const FAILURES_PER_HOUR = 20;

/**
 * Writes down that somebody did not get in, such as `account.sign-in-failed`: once an hour for each address it came
 * from, and twenty times an hour in all, since anybody who knows an e-mail address can try for ever.
 */
export async function logFailedAttempt(db: Db, event: AccountEvent): Promise<void> {
  const { userId, action, at, address } = event;
  const since = new Date(at - 3_600_000).toISOString();
  const rows = await db.execute<{ all: number; here: number }>(sql`
    select count(*)::int as all, (count(*) filter (where e.address is not distinct from ${address}))::int as here
    from audit_entries e join members m on m.project_id = e.project_id and m.user_id = ${userId}
    where e.actor_id = ${userId} and e.action = ${action} and e.at > ${since}::timestamptz`);
  const { all = 0, here = 0 } = rows[0] ?? {};
  if (here === 0 && all < FAILURES_PER_HOUR) await logAccountEvent(db, event);
}

/** Who keeps an answer of a project open: a person by a session, or an API key. */
export type StreamHolder = { projectId: string } & (
  | { kind: "user"; userId: string; sessionId: string }
  | { kind: "key"; keyId: string }
);

/**
 * Which of the holders may no longer watch their project: the session or key ended, the person is no member any more,
 * or the project is gone. One statement for all of them. @returns their indexes in `holders`
 */
export async function findEndedHolders(db: Db, holders: readonly StreamHolder[]): Promise<number[]> {
  if (holders.length === 0) return [];
  const rows = await db.execute<{ index: number }>(sql`
    select (h.ordinality - 1)::int as index
    from jsonb_array_elements(${JSON.stringify(holders)}::jsonb) with ordinality h(holder, ordinality)
    where not exists (
      select from projects p where p.id = (holder->>'projectId')::uuid and p.deleted_at is null
    ) or case when holder->>'kind' = 'user' then not exists (
      select from sessions s join members m on m.user_id = s.user_id
      where s.id = holder->>'sessionId' and s.user_id = holder->>'userId'
        and s.expires_at > now() and s.created_at > now() - interval '30 days'
        and m.project_id = (holder->>'projectId')::uuid
    ) else not exists (
      select from api_keys k where k.id = (holder->>'keyId')::uuid and k.revoked_at is null
        and (k.expires_at is null or k.expires_at > now())
    ) end`);
  return rows.map(({ index }) => index);
}
