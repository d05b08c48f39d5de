import { sql, eq, inArray, and, desc, gt, isNotNull } from "drizzle-orm";
import { openDb, type Pool, type Db } from "../database.ts";
import { notReadyBecause } from "../receivers/vital-signs.ts";
import { findSelfTest, selfTestProblem, readSelfTest } from "../self-test/self-test.ts";
import { refusalProblems } from "../deliveries/refusals.ts";
import { instanceFacts, outages } from "../schema/index.ts";
import { IS_ABANDONED } from "../schema/delivery-lists.ts";

/** What is wrong now, a sentence each. */
export type Problems = {
  /** Why an alert may not arrive: one link from ping to provider does not work. */
  broken: string[];
  /** What else only the operator can mend. */
  warnings: string[];
};

/** A dead letter of long ago is its owner's business; what died lately may be ours. */
const LATELY = "1 day";

export async function readProblems(pool: Pool): Promise<Problems> {
  const db = openDb(pool);
  const check = await findSelfTest(db);
  const notReady = await notReadyBecause(pool);
  const ofItself = check === null ? null : selfTestProblem(await readSelfTest(db, check));
  return {
    broken: [notReady, ofItself].filter((sentence) => sentence !== null),
    warnings: [
      ...(await refusalProblems(db)),
      ...(await deadLetters(pool)),
      ...(await instanceProblems(db)),
      ...(await clockProblems(db)),
      ...(await recentRestarts(db)),
    ],
  };
}

async function deadLetters(pool: Pool): Promise<string[]> {
  const rows = await openDb(pool).execute<{ count: number; projects: number }>(sql`
    select count(*)::int as count, count(distinct project_id)::int as projects from deliveries
    where ${sql.raw(IS_ABANDONED)} and kind not in ('test', 'system')
      and finished_at > clock_timestamp() - ${LATELY}::interval`);
  const { count, projects } = rows[0] ?? { count: 0, projects: 0 };
  if (count === 0) return [];
  const [alerts, of] = [
    count === 1 ? "1 alert" : `${count} alerts`,
    projects === 1 ? "1 project" : `${projects} projects`,
  ];
  return [
    `${alerts} of ${of} could not be delivered within the last day; each is listed in its project under “Not delivered”.`,
  ];
}

/** Parts of the instance whose problems only its operator can mend. */
const PARTS = {
  telegram: "problem: telegram",
  proxy: "problem: proxy",
  mail: "problem: mail",
  secretKey: "problem: SECRET_KEY",
} as const;
export type InstancePart = keyof typeof PARTS;

/** Notes what is wrong with a part, in a sentence for the operator; null: it works. */
export async function noteProblem(db: Db, part: InstancePart, sentence: string | null): Promise<void> {
  const name = PARTS[part];
  if (sentence === null) {
    await db.delete(instanceFacts).where(eq(instanceFacts.name, name));
    return;
  }
  await db
    .insert(instanceFacts)
    .values({ name, value: sentence })
    .onConflictDoUpdate({ target: instanceFacts.name, set: { value: sentence } });
}

/** What is wrong now, a sentence each; empty while all is well. */
export async function instanceProblems(db: Db): Promise<string[]> {
  const rows = await db
    .select()
    .from(instanceFacts)
    .where(inArray(instanceFacts.name, Object.values(PARTS)));
  return rows.map(({ value }) => value);
}

/** For so long the operator page says that the clock was set back. */
const SHOWN_FOR = "1 hour";
const MINUTE_MS = 60_000;

/** That the clock was set back lately, as a sentence; empty where it was not. */
async function clockProblems(db: Db): Promise<string[]> {
  const rows = await db
    .select({ at: outages.startedAt, setBackMs: outages.setBackMs })
    .from(outages)
    .where(
      and(
        isNotNull(outages.setBackMs),
        gt(outages.startedAt, sql`clock_timestamp() - ${SHOWN_FOR}::interval`),
      ),
    )
    .orderBy(desc(outages.startedAt))
    .limit(1);
  return rows.map(({ at, setBackMs }) => {
    const minutes = Math.max(1, Math.round((setBackMs ?? 0) / MINUTE_MS));
    const time = at.toISOString().slice(0, 16).replace("T", " ");
    return `The database's clock was set back by ${minutes} min at ${time} UTC: every check waits anew since then, and pings of the time before keep the stamps they have. Look whether the clock is right now.`;
  });
}

/** A program that ended against our will and was started again; `why`: such as "no answer for 10 s". */
export type Restart = { program: string; why: string };

const RESTARTS_OF = "restarts of ";
/** For so long after the last restart it is shown, and the count goes on. */
const RESTARTS_SHOWN_FOR = "1 hour";
const WHY_CHARS_MAX = 200;

type Kept = { why: string; count: number };

/** Notes one more restart, so that the operator page shows it. */
export async function noteRestart(db: Db, { program, why }: Restart): Promise<void> {
  const one: Kept = { why: why.slice(0, WHY_CHARS_MAX), count: 1 };
  await db.execute(sql`
    insert into instance_facts as f (name, value, created_at)
    values (${RESTARTS_OF + program}, ${JSON.stringify(one)}, clock_timestamp())
    on conflict (name) do update set created_at = clock_timestamp(), value = case
      when f.created_at < clock_timestamp() - ${RESTARTS_SHOWN_FOR}::interval then excluded.value
      else jsonb_set(excluded.value::jsonb, '{count}', to_jsonb((f.value::jsonb ->> 'count')::int + 1))::text end`);
}

/** The restarts of the last hour, a sentence for each program. */
async function recentRestarts(db: Db): Promise<string[]> {
  const rows = await db.execute<{ program: string; value: string; at: string }>(sql`
    select substr(name, ${RESTARTS_OF.length + 1}::int) as program, value,
      to_char(created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as at
    from instance_facts
    where starts_with(name, ${RESTARTS_OF}) and created_at > clock_timestamp() - ${RESTARTS_SHOWN_FOR}::interval order by name`);
  return rows.map(({ program, value, at }) => {
    const { why, count } = JSON.parse(value) as Kept; // written above
    const times = count === 1 ? "once" : `${count} times`;
    return `The ${program} was started again ${times} lately, the last time at ${at} UTC: ${why}.`;
  });
}
