import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/** A program that ended against our will and was started again; `why`: such as "no answer for 10 s". */
export type Restart = { program: string; why: string };

const NAME = "restarts of ";
/** For so long after the last restart it is shown, and the count goes on. */
const LATELY = "1 hour";
const WHY_CHARS_MAX = 200;

type Kept = { why: string; count: number };

/** Notes one more restart, so that the operator page shows it. */
export async function noteRestart(db: Db, { program, why }: Restart): Promise<void> {
  const one: Kept = { why: why.slice(0, WHY_CHARS_MAX), count: 1 };
  await db.execute(sql`
    insert into instance_facts as f (name, value, created_at)
    values (${NAME + program}, ${JSON.stringify(one)}, clock_timestamp())
    on conflict (name) do update set created_at = clock_timestamp(), value = case
      when f.created_at < clock_timestamp() - ${LATELY}::interval then excluded.value
      else jsonb_set(excluded.value::jsonb, '{count}', to_jsonb((f.value::jsonb ->> 'count')::int + 1))::text end`);
}

/** The restarts of the last hour, a sentence for each program. */
export async function recentRestarts(db: Db): Promise<string[]> {
  const rows = await db.execute<{ program: string; value: string; at: string }>(sql`
    select substr(name, ${NAME.length + 1}::int) as program, value,
      to_char(created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as at
    from instance_facts
    where starts_with(name, ${NAME}) and created_at > clock_timestamp() - ${LATELY}::interval order by name`);
  return rows.map(({ program, value, at }) => {
    const { why, count } = JSON.parse(value) as Kept; // written above
    const times = count === 1 ? "once" : `${count} times`;
    return `The ${program} was started again ${times} lately, the last time at ${at} UTC: ${why}.`;
  });
}
