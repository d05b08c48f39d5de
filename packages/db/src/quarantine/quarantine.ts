import { sql } from "drizzle-orm";

import { checkNameSql } from "../checks/name-sql.ts";
import { classifyDatabaseError } from "../database-problem.ts";
import { type Db, openDb, type Pool } from "../database.ts";
import { notifyProjectChange, notifySenders } from "../changes.ts";

/**
 * What cannot be worked on, and is put aside so that it stops nothing else: a check that cannot be evaluated, an incident whose
 * notifications cannot be planned, a delivery whose attempts ended with the death of their process.
 */
export type QuarantinedKind = "check" | "incident" | "delivery";

/**
 * `name`: of the check, or of the channel of a delivery. `since`: when it was first put aside, of a delivery when it was written.
 * `until`: when it is tried again. `checkId`: the check that it is about, if any; `channelId`: the channel of a delivery.
 */
export type Quarantined = {
  kind: QuarantinedKind;
  id: string;
  projectId: string;
  projectName: string;
  checkId: string | null;
  channelId: string | null;
  name: string;
  attempts: number;
  since: Date;
  until: Date;
  reason: string;
};

const FACT = "quarantined ";
const REASON_CHARS_MAX = 300;
/** The pauses grow from one minute to an hour, so that a fault that passes costs little. */
const PAUSE_SECONDS = 60;
const PAUSE_SECONDS_MAX = 3_600;
/** A row that was due for this long and was not put aside again has been worked on, or is gone. */
const FORGOTTEN_AFTER = "2 minutes";

type Fact = { attempts: number; until: number; reason: string };

/**
 * Puts a check or an incident aside for a while that grows with its attempts. @throws the error itself where the database is
 * the cause, since then the row is not at fault and the others would fail as well
 */
export async function quarantine(
  pool: Pool,
  { kind, id }: { kind: "check" | "incident"; id: string },
  error: unknown,
): Promise<void> {
  if (classifyDatabaseError(error) !== null) throw error;
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_CHARS_MAX);
  const table = sql.raw(kind === "check" ? "checks" : "incidents");
  await openDb(pool).transaction(async (tx) => {
    const name = `${FACT}${kind} ${id}`;
    const rows = await tx.execute<{ value: string }>(
      sql`select value from instance_facts where name = ${name} for update`,
    );
    const before = rows[0] === undefined ? null : (JSON.parse(rows[0].value) as Fact); // written below
    const attempts = (before?.attempts ?? 0) + 1;
    const pause = Math.min(PAUSE_SECONDS * 2 ** (attempts - 1), PAUSE_SECONDS_MAX);
    const fact: Fact = { attempts, until: Date.now() + pause * 1_000, reason };
    await tx.execute(sql`
      insert into instance_facts (name, value, created_at) values (${name}, ${JSON.stringify(fact)}, clock_timestamp())
      on conflict (name) do update set value = excluded.value`);
    const [row] = await tx.execute<{ projectId: string }>(sql`
      update ${table} set wake_at = clock_timestamp() + ${pause} * interval '1 second' where id = ${id}
      returning project_id as "projectId"`);
    if (row !== undefined) await notifyProjectChange(tx, row.projectId);
  });
}

/** Forgets what was worked on since, or was deleted. */
export async function forgetReleased(db: Db): Promise<void> {
  await db.execute(sql`
    delete from instance_facts
    where starts_with(name, ${FACT})
      and (value::jsonb ->> 'until')::float8 < extract(epoch from clock_timestamp() - ${FORGOTTEN_AFTER}::interval) * 1000`);
}

/** After this many deaths of its process a delivery counts as their cause (`planClaims`). */
const POISON_ATTEMPTS = 3;
const LISTED_MAX = 100;

type Row = Omit<Quarantined, "since" | "until"> & { since: number; until: number };

/** What is put aside now, of one project or (null) of all, the oldest first. */
export async function listQuarantined(db: Db, projectId: string | null = null): Promise<Quarantined[]> {
  const ofProject = (table: string) =>
    projectId === null ? sql`` : sql`and ${sql.raw(table)}.project_id = ${projectId}`;
  const rows = await db.execute<Row>(sql`
    with facts as (
      select split_part(name, ' ', 2) as kind, split_part(name, ' ', 3)::uuid as id, value::jsonb as value, created_at
      from instance_facts where starts_with(name, ${FACT})
    )
    select f.kind, f.id, k.project_id as "projectId", p.name as "projectName", k.id as "checkId",
      null::uuid as "channelId", coalesce(${checkNameSql("k")}, '') as name,
      (f.value ->> 'attempts')::int as attempts, extract(epoch from f.created_at)::float8 * 1000 as since,
      (f.value ->> 'until')::float8 as until, f.value ->> 'reason' as reason
    from facts f left join incidents i on f.kind = 'incident' and i.id = f.id
    join checks k on k.id = coalesce(i.check_id, f.id) and k.deleted_at is null ${ofProject("k")}
    join projects p on p.id = k.project_id
    union all
    select 'delivery', d.id, d.project_id, p.name, d.check_id, d.channel_id, c.name, d.poison_attempts,
      extract(epoch from d.created_at)::float8 * 1000, extract(epoch from d.next_attempt_at)::float8 * 1000,
      coalesce(d.last_error, '')
    from deliveries d join channels c on c.id = d.channel_id join projects p on p.id = d.project_id
    where d.state = 'retry' and d.poison_attempts >= ${POISON_ATTEMPTS} ${ofProject("d")}
    order by since limit ${LISTED_MAX}`);
  return rows.map(({ since, until, ...row }) => ({
    ...row,
    since: new Date(since),
    until: new Date(until),
  }));
}

/** As `releaseQuarantined`, where the row is of the project. */
export async function releaseInProject(
  db: Db,
  { projectId, quarantinedId }: { projectId: string; quarantinedId: string },
): Promise<boolean> {
  const all = await listQuarantined(db, projectId);
  return all.some(({ id }) => id === quarantinedId) && (await releaseQuarantined(db, quarantinedId));
}

/** Lets what is put aside be tried at once. @returns whether there was such a row */
export async function releaseQuarantined(db: Db, id: string): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const facts = await tx.execute<{ name: string }>(sql`
      delete from instance_facts
      where name in (${`${FACT}check ${id}`}, ${`${FACT}incident ${id}`}) returning name`);
    for (const table of ["checks", "incidents"])
      if (facts.length > 0)
        await tx.execute(sql`update ${sql.raw(table)} set wake_at = clock_timestamp() where id = ${id}`);
    const { count } = await tx.execute(sql`
      update deliveries set poison_attempts = 0, next_attempt_at = clock_timestamp()
      where id = ${id} and state = 'retry' and poison_attempts >= ${POISON_ATTEMPTS}`);
    if (count > 0) await notifySenders(tx);
    return facts.length + count > 0;
  });
}

const NAMED_MAX = 3;

/** What is put aside, as one sentence for the operator; empty where nothing is. */
export async function quarantineProblems(db: Db): Promise<string[]> {
  const all = await listQuarantined(db);
  if (all.length === 0) return [];
  const named = all
    .slice(0, NAMED_MAX)
    .map(({ kind, name, reason }) => `${WORDS[kind]} “${name}” (${reason.replace(/\.$/, "")})`);
  const more = all.length > NAMED_MAX ? ` and ${all.length - NAMED_MAX} more` : "";
  return [
    `Put aside, because it cannot be worked on, while everything else goes on: ${named.join(", ")}${more}. It is tried again by itself; “npm run admin -- quarantine list” shows all.`,
  ];
}

const WORDS: Record<QuarantinedKind, string> = {
  check: "the check",
  incident: "an incident of the check",
  delivery: "an alert to the channel",
};
