import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

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
