import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { noteProblem } from "../instance/instance-problems.ts";
import type { Keyring } from "../secrets/keyring.ts";

/**
 * Notes for the operator that channels were sealed with a key that is not in SECRET_KEY, or that none is any more.
 * @returns how many such channels there are
 */
export async function noteUnreadable(db: Db, { keys }: Keyring): Promise<number> {
  const known = `{${keys.map(({ id }) => id).join(",")}}`;
  const rows = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from channels
    where deleted_at is null and not internal and split_part(settings, '.', 2) <> all(${known}::text[])`);
  const count = rows[0]?.count ?? 0;
  await noteProblem(db, "secretKey", count === 0 ? null : sentenceOf(count));
  return count;
}

function sentenceOf(count: number): string {
  const those = count === 1 ? "1 channel was" : `${count} channels were`;
  return `${those} encrypted with another SECRET_KEY: no alert can be sent there. Set SECRET_KEY to the present key, a comma, and the former one; where that is lost, each has to be saved again.`;
}
