import { eq, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { slackPresses } from "../schema/index.ts";
import { type Keyring, seal, unseal } from "../secrets/keyring.ts";

/** The message to show in Slack after a press of a button, and the address to post it to. */
export type SlackAnswer = { url: string; body: Record<string, unknown> };
/** A message that a checker is to send. */
export type WaitingAnswer = SlackAnswer & { id: string };

/** Slack accepts answers to a press for half an hour. */
const ANSWERED_WITHIN = "30 minutes";
const TAKEN_SECONDS = 20;

/** Stores a press by its signature. @returns false where it was stored before */
export async function isNewSlackPress(db: Db, id: string): Promise<boolean> {
  await db.execute(sql`delete from slack_presses where created_at < now() - interval '1 day'`);
  const noted = await db.insert(slackPresses).values({ id }).onConflictDoNothing().returning();
  return noted.length > 0;
}

/** Keeps what is to be answered to a press until a checker sends it, and rings for it. */
export async function answerSlackPress(
  db: Db,
  keyring: Keyring,
  { id, ...answer }: WaitingAnswer,
): Promise<void> {
  const sealed = seal(keyring, placeOf(id), JSON.stringify(answer));
  await db.update(slackPresses).set({ answer: sealed }).where(eq(slackPresses.id, id));
  await db.execute(sql`select pg_notify('overdue_slack', '')`);
}

/** Claims a waiting answer for a while, so that no other checker sends it too. */
export async function takeSlackAnswer(db: Db, keyring: Keyring): Promise<WaitingAnswer | null> {
  const rows = await db.execute<{ id: string; answer: string }>(sql`
    update slack_presses set taken_until = now() + ${TAKEN_SECONDS} * interval '1 second'
    where id = (select id from slack_presses
      where answer is not null and ended_at is null and (taken_until is null or taken_until < now())
        and created_at > now() - ${ANSWERED_WITHIN}::interval
      order by created_at limit 1 for update skip locked)
    returning id, answer`);
  const [taken] = rows;
  if (taken === undefined) return null;
  // What we sealed ourselves is of this shape.
  return { id: taken.id, ...(JSON.parse(unseal(keyring, placeOf(taken.id), taken.answer)) as SlackAnswer) };
}

export async function endSlackAnswer(db: Db, id: string): Promise<void> {
  await db
    .update(slackPresses)
    .set({ answer: null, endedAt: sql`now()` })
    .where(eq(slackPresses.id, id));
}

function placeOf(id: string) {
  return { table: "slack_presses", column: "answer", rowId: id, projectId: "" };
}
