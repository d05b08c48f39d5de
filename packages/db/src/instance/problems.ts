import { MINUTE_MS } from "@overdue/schedules";
import { and, desc, eq, gt, inArray, isNotNull, sql } from "drizzle-orm";

import { type Db, openDb, type Pool, type Tx } from "../database.ts";
import { notifyOperators as queueForOperators, type OwnerContact } from "../deliveries/notify-owners.ts";
import { refusalProblems } from "../deliveries/refusals.ts";
import { lockUntilCommit } from "../locks.ts";
import { spoolProblems } from "../receivers/spool-problems.ts";
import { notReadyBecause, senderProblem } from "../receivers/vital-signs.ts";
import { IS_ABANDONED, UNREPORTED_KINDS } from "../schema/delivery-lists.ts";
import { instanceFacts, outages } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { quarantineProblems } from "../quarantine/quarantine.ts";
import { backupProblems } from "../self-test/backup-check.ts";
import { NO_ROOM_FOR_BODIES } from "./room-for-bodies.ts";
import { RESTORED } from "./settle-restored.ts";
import { findSelfTest, readSelfTest, selfTestProblem } from "../self-test/self-test.ts";

/** The present problems of the instance, one sentence each. */
export type Problems = {
  /** Why alerts may not arrive: a step between ping and provider does not work. */
  broken: string[];
  /** Other problems that only the operator can solve. */
  warnings: string[];
};

/** Older dead letters concern the project's owners alone; recent ones may have a cause in the instance. */
const LATELY = "1 day";

export async function readProblems(pool: Pool): Promise<Problems> {
  const db = openDb(pool);
  const check = await findSelfTest(db);
  const notReady = await notReadyBecause(pool);
  const selfTest = check === null ? null : selfTestProblem(await readSelfTest(db, check));
  return {
    broken: [notReady, await senderProblem(pool), selfTest].filter((sentence) => sentence !== null),
    warnings: [
      ...(await refusalProblems(db)),
      ...(await deadLetters(pool)),
      ...(await instanceProblems(db)),
      ...(await backupProblems(db)),
      ...(await quarantineProblems(db)),
      ...(await clockProblems(db)),
      ...(await spoolProblems(pool)),
      ...(await recentRestarts(db)),
      ...(await recentRestore(db)),
    ],
  };
}

async function deadLetters(pool: Pool): Promise<string[]> {
  const rows = await openDb(pool).execute<{ count: number; projects: number }>(sql`
    select count(*)::int as count, count(distinct project_id)::int as projects from deliveries
    where ${IS_ABANDONED} and kind not in ${UNREPORTED_KINDS}
      and finished_at > clock_timestamp() - ${LATELY}::interval`);
  const { count, projects } = rows[0] ?? { count: 0, projects: 0 };
  if (count === 0) return [];
  const [alerts, inProjects] = [
    count === 1 ? "1 alert" : `${count} alerts`,
    projects === 1 ? "1 project" : `${projects} projects`,
  ];
  return [
    `${alerts} of ${inProjects} could not be delivered within the last day; each is listed in its project under “Dead letters”.`,
  ];
}

/** The parts of the instance whose problems only its operator can solve, by the names of their facts. */
const PARTS = {
  telegram: "problem: telegram",
  proxy: "problem: proxy",
  mail: "problem: mail",
  secretKey: "problem: SECRET_KEY",
  disk: "problem: disk",
  bodies: NO_ROOM_FOR_BODIES,
} as const;
export type InstancePart = keyof typeof PARTS;

/** Stores what is wrong with a part, in a sentence for the operator; null: it works. */
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

/** Stores for the operator what is sealed with a key that is not in SECRET_KEY. @returns the sentence about it; null: nothing is */
export async function noteUnreadable(db: Db, keyring: Keyring): Promise<string | null> {
  const sentence = await unreadableSentence(db, keyring);
  await noteProblem(db, "secretKey", sentence);
  return sentence;
}

async function unreadableSentence(db: Db, { keys }: Keyring): Promise<string | null> {
  const known = `{${keys.map(({ id }) => id).join(",")}}`;
  const rows = await db.execute<{ channels: number; shadows: number; browsers: boolean }>(sql`
    select
      (select count(*)::int from channels
       where deleted_at is null and not internal and split_part(settings, '.', 2) <> all(${known}::text[])) as channels,
      (select count(*)::int from shadows
       where ended_at is null and split_part(secrets, '.', 2) <> all(${known}::text[])) as shadows,
      exists (select from instance_facts
       where name = 'push-keys' and split_part(value, '.', 2) <> all(${known}::text[])) as browsers`);
  const { channels, shadows, browsers } = rows[0] ?? { channels: 0, shadows: 0, browsers: false };
  const sentences = [
    channels > 0 &&
      `${channels === 1 ? "1 channel was" : `${channels} channels were`} encrypted with another SECRET_KEY: no alert can be sent there.`,
    shadows > 0 &&
      `The keys of another product, for ${shadows === 1 ? "1 project" : `${shadows} projects`} in shadow mode, were encrypted with another SECRET_KEY: pings are forwarded without them.`,
    browsers &&
      "The keys that sign notifications to browsers were encrypted with another SECRET_KEY: none can be sent.",
  ].filter((one) => one !== false);
  if (sentences.length === 0) return null;
  return `${sentences.join(" ")} Set SECRET_KEY to the present key, a comma, and the former one; if that is lost, save the settings of each again.`;
}

/** The stored problems of the instance's parts, one sentence each; empty while all parts work. */
export async function instanceProblems(db: Db): Promise<string[]> {
  const rows = await db
    .select()
    .from(instanceFacts)
    .where(inArray(instanceFacts.name, Object.values(PARTS)));
  return rows.map(({ value }) => value);
}

/** For how long the operator page says that the clock was set back. */
const SHOWN_FOR = "1 hour";
/** A sentence that the clock was set back lately; empty if it was not. */
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
    return `The database's clock was set back by ${minutes} min at ${time} UTC: every check waits anew since then, and earlier pings keep their times. Check that the clock is right now.`;
  });
}

/** A program that ended unexpectedly and was started again. `why`: the reason, such as "no answer for 10 s". */
export type Restart = { program: string; why: string };

const RESTARTS_OF = "restarts of ";
/** For how long after the last restart the restarts are shown and counted on. */
const RESTARTS_SHOWN_FOR = "1 hour";
const WHY_CHARS_MAX = 200;

type StoredRestarts = { why: string; count: number };

/** Counts one more restart, for the operator page. */
export async function noteRestart(db: Db, { program, why }: Restart): Promise<void> {
  const one: StoredRestarts = { why: why.slice(0, WHY_CHARS_MAX), count: 1 };
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
    const { why, count } = JSON.parse(value) as StoredRestarts; // `noteRestart` wrote it
    const times = count === 1 ? "once" : `${count} times`;
    return `The ${program} was started again ${times} lately, the last time at ${at} UTC: ${why}.`;
  });
}

const RESTORE_SHOWN_FOR = "1 day";

/** A sentence that the database was restored lately; empty if it was not. */
async function recentRestore(db: Db): Promise<string[]> {
  const rows = await db.execute<{ value: string }>(sql`
    select value from instance_facts
    where name = ${RESTORED} and created_at > clock_timestamp() - ${RESTORE_SHOWN_FOR}::interval`);
  return rows.map(({ value }) => value);
}

const FACT = "operators notified";
/** While a problem lasts, a message about a further problem follows the last message after this time at the earliest. */
const NOTIFIED_AGAIN_AFTER = "1 hour";

type LastNotice = { value: string; old: boolean };

/**
 * Notifies the operators about problems, once for as long as they last, and once when they are over. `selfProjectId`: the
 * project of the self-test. @returns whether a message was queued
 */
export async function notifyOperators(
  pool: Pool,
  ownerContact: OwnerContact & { selfProjectId: string },
  { broken, warnings }: Problems,
): Promise<boolean> {
  const sentences = [...broken, ...warnings];
  return openDb(pool).transaction(async (tx) => {
    await tx.execute(lockUntilCommit("operatorNotice"));
    const last = await readLastNotice(tx);
    if (sentences.length === 0) return last === null ? false : await notifyRecovery(tx, ownerContact);
    const keys = sentences
      .map(problemKey)
      .toSorted((one, other) => one.localeCompare(other))
      .join("\n");
    if (last !== null && (!last.old || !hasNewProblem(keys, last.value))) return false;
    await storeLastNotice(tx, keys);
    const title = "Overdue does not work as it should";
    return (await queueForOperators(tx, ownerContact, { title, sentence: sentences.join(" ") })) > 0;
  });
}

/** Identifies a problem: its sentence without the numbers, which change all the time. */
function problemKey(sentence: string): string {
  return sentence.replaceAll(/\d+/g, "#");
}

function hasNewProblem(keys: string, notified: string): boolean {
  const known = new Set(notified.split("\n"));
  return keys.split("\n").some((key) => !known.has(key));
}

async function readLastNotice(tx: Tx): Promise<LastNotice | null> {
  const rows = await tx.execute<LastNotice>(sql`
    select value, created_at < clock_timestamp() - ${NOTIFIED_AGAIN_AFTER}::interval as old
    from instance_facts where name = ${FACT}`);
  return rows[0] ?? null;
}

async function storeLastNotice(tx: Tx, keys: string): Promise<void> {
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at) values (${FACT}, ${keys}, clock_timestamp())
    on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
}

async function notifyRecovery(
  tx: Tx,
  ownerContact: OwnerContact & { selfProjectId: string },
): Promise<boolean> {
  await tx.execute(sql`delete from instance_facts where name = ${FACT}`);
  const sentence = "Pings are received, deadlines are evaluated, and alerts are delivered.";
  return (await queueForOperators(tx, ownerContact, { title: "Overdue works again", sentence })) > 0;
}
