import { eq, inArray } from "drizzle-orm";

import type { Db } from "../database.ts";
import { instanceFacts } from "../schema/index.ts";

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
