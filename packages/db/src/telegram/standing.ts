import { checkNameSql } from "../checks/check-name-sql.ts";
import type { Instant } from "@overdue/schedules";
import type { Reason } from "@overdue/core";
import { sql, type SQL } from "drizzle-orm";

import type { Db } from "../database.ts";

export type DownCheck = { projectName: string; checkName: string; reason: Reason; openedAt: Instant };

const DOWN_MAX = 20;

/** What is down in the projects that alert this chat, longest first. `hint`: "chat -100123". */
export async function downForChat(db: Db, hint: string): Promise<DownCheck[]> {
  const rows = await db.execute<DownCheck>(sql`
    select p.name as "projectName", ${sql.raw(checkNameSql("k"))} as "checkName", i.reason,
      (extract(epoch from i.opened_at) * 1000)::float8 as "openedAt"
    from incidents i
    join checks k on k.project_id = i.project_id and k.id = i.check_id and k.deleted_at is null
    join projects p on p.id = i.project_id
    where i.resolved_at is null and i.project_id in (select c.project_id from channels c where ${isOfChat(hint)})
    order by i.opened_at limit ${DOWN_MAX}`);
  return rows;
}

/** The project of an incident, where one of its channels is this chat; null where the chat has no say in it. */
export async function projectForChat(db: Db, incidentId: string, hint: string): Promise<string | null> {
  const rows = await db.execute<{ projectId: string }>(sql`
    select i.project_id as "projectId" from incidents i
    where i.id = ${incidentId}
      and exists (select from channels c where c.project_id = i.project_id and ${isOfChat(hint)})`);
  return rows[0]?.projectId ?? null;
}

function isOfChat(hint: string): SQL {
  return sql`c.kind = 'telegram' and c.deleted_at is null
    and (c.hint = ${hint} or starts_with(c.hint, ${`${hint}, `}))`;
}
