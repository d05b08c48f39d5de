import { sql } from "drizzle-orm";

import { openDb, type Tx, type Pool } from "../database.ts";
import { notifyOperators as queueForOperators, type OwnerContact } from "../deliveries/notify-owners.ts";
import type { Problems } from "./problems.ts";

const LOCK = 7_236_843;
const FACT = "operators told";
/** A new trouble beside one that lasts is told after so long at the earliest. */
const AGAIN_AFTER = "1 hour";

type Told = { value: string; old: boolean };

/**
 * Tells the operators what is wrong, once for as long as it lasts, and once that all is well again. `selfProjectId`: the
 * project by which the installation watches itself. @returns whether something was told
 */
export async function tellOperators(
  pool: Pool,
  way: OwnerContact & { selfProjectId: string },
  { broken, troubles }: Problems,
): Promise<boolean> {
  const sentences = [...broken, ...troubles];
  return openDb(pool).transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    const told = await lastTold(tx);
    if (sentences.length === 0) return told === null ? false : await sayWell(tx, way);
    const sorts = sentences
      .map(sortOf)
      .toSorted((one, other) => one.localeCompare(other))
      .join("\n");
    if (told !== null && (!told.old || !isMore(sorts, told.value))) return false;
    await remember(tx, sorts);
    const title = "Overdue does not work as it should";
    return (await queueForOperators(tx, way, { title, sentence: sentences.join(" ") })) > 0;
  });
}

/** Counts and ages change all the time; what remains says which trouble it is. */
function sortOf(sentence: string): string {
  return sentence.replaceAll(/\d+/g, "#");
}

function isMore(sorts: string, told: string): boolean {
  const known = new Set(told.split("\n"));
  return sorts.split("\n").some((sort) => !known.has(sort));
}

async function lastTold(tx: Tx): Promise<Told | null> {
  const rows = await tx.execute<Told>(sql`
    select value, created_at < clock_timestamp() - ${AGAIN_AFTER}::interval as old
    from instance_facts where name = ${FACT}`);
  return rows[0] ?? null;
}

async function remember(tx: Tx, sorts: string): Promise<void> {
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at) values (${FACT}, ${sorts}, clock_timestamp())
    on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
}

async function sayWell(tx: Tx, way: OwnerContact & { selfProjectId: string }): Promise<boolean> {
  await tx.execute(sql`delete from instance_facts where name = ${FACT}`);
  const sentence = "Pings are received, deadlines judged, and alerts arrive.";
  return (await queueForOperators(tx, way, { title: "Overdue works again", sentence })) > 0;
}
