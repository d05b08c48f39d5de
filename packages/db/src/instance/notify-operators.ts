import { sql } from "drizzle-orm";

import { lockUntilCommit } from "../advisory-locks.ts";
import { openDb, type Tx, type Pool } from "../database.ts";
import { notifyOperators as queueForOperators, type OwnerContact } from "../deliveries/notify-owners.ts";
import type { Problems } from "./problems.ts";

const FACT = "operators notified";
/** How long after a message a new problem beside one that lasts is reported at the earliest. */
const AGAIN_AFTER = "1 hour";

type LastNotice = { value: string; old: boolean };

/**
 * Notifies the operators about problems, once for as long as they last, and once when they are over. `selfProjectId`: the
 * project of the self-test. @returns whether a message was queued
 */
export async function notifyOperators(
  pool: Pool,
  way: OwnerContact & { selfProjectId: string },
  { broken, warnings }: Problems,
): Promise<boolean> {
  const sentences = [...broken, ...warnings];
  return openDb(pool).transaction(async (tx) => {
    await tx.execute(lockUntilCommit("operatorNotice"));
    const last = await readLastNotice(tx);
    if (sentences.length === 0) return last === null ? false : await notifyRecovery(tx, way);
    const sorts = sentences
      .map(problemKey)
      .toSorted((one, other) => one.localeCompare(other))
      .join("\n");
    if (last !== null && (!last.old || !isMore(sorts, last.value))) return false;
    await remember(tx, sorts);
    const title = "Overdue does not work as it should";
    return (await queueForOperators(tx, way, { title, sentence: sentences.join(" ") })) > 0;
  });
}

/** A sentence without its numbers, which change all the time: it identifies the problem. */
function problemKey(sentence: string): string {
  return sentence.replaceAll(/\d+/g, "#");
}

function isMore(sorts: string, notified: string): boolean {
  const known = new Set(notified.split("\n"));
  return sorts.split("\n").some((sort) => !known.has(sort));
}

async function readLastNotice(tx: Tx): Promise<LastNotice | null> {
  const rows = await tx.execute<LastNotice>(sql`
    select value, created_at < clock_timestamp() - ${AGAIN_AFTER}::interval as old
    from instance_facts where name = ${FACT}`);
  return rows[0] ?? null;
}

async function remember(tx: Tx, sorts: string): Promise<void> {
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at) values (${FACT}, ${sorts}, clock_timestamp())
    on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
}

async function notifyRecovery(tx: Tx, way: OwnerContact & { selfProjectId: string }): Promise<boolean> {
  await tx.execute(sql`delete from instance_facts where name = ${FACT}`);
  const sentence = "Pings are received, deadlines are evaluated, and alerts are delivered.";
  return (await queueForOperators(tx, way, { title: "Overdue works again", sentence })) > 0;
}
