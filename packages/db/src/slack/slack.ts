import { createHash, randomBytes } from "node:crypto";

import { and, eq, gt, isNull, sql } from "drizzle-orm";

import { notifyProjectChange } from "../changes.ts";
import { openSettings } from "../channels/settings.ts";
import type { Db, Tx } from "../database.ts";
import { slackLinks, slackPresses } from "../schema/index.ts";
import { type Keyring, seal, unseal } from "../secrets/keyring.ts";

export type SlackLink = typeof slackLinks.$inferSelect;

const MINUTES_VALID = 15;
const CODE_TAKEN_SECONDS = 30;

/** Starts a person's visit to Slack. Slack returns the `state`, which is valid once within 15 minutes; only its hash is stored. */
export async function createSlackLink(
  db: Db,
  owner: { projectId: string; userId: string },
): Promise<{ link: SlackLink; state: string }> {
  const state = randomBytes(24).toString("base64url");
  const expiresAt = sql`now() + ${MINUTES_VALID} * interval '1 minute'`;
  const [link] = await db
    .insert(slackLinks)
    .values({ ...owner, stateHash: hashOf(state), expiresAt })
    .returning();
  if (link === undefined) throw new Error("The insert returned no row.");
  return { link, state };
}

export async function findSlackLink(
  db: Db,
  ref: { projectId: string; linkId: string },
): Promise<SlackLink | null> {
  const [link] = await db
    .select()
    .from(slackLinks)
    .where(and(eq(slackLinks.projectId, ref.projectId), eq(slackLinks.id, ref.linkId)));
  return link ?? null;
}

/** What Slack returned with the person. `problem`: why there is no code. */
export type SlackReturn = { state: string; userId: string } & ({ code: string } | { problem: string });

/** Stores what Slack returned, and notifies the checkers, one of which exchanges the code. @returns null if the person did not start with this state, or too long ago */
export async function returnFromSlack(
  db: Db,
  keyring: Keyring,
  back: SlackReturn,
): Promise<{ projectId: string; linkId: string } | null> {
  return db.transaction(async (tx) => {
    const [link] = await tx
      .select()
      .from(slackLinks)
      .where(
        and(
          eq(slackLinks.stateHash, hashOf(back.state)),
          eq(slackLinks.userId, back.userId),
          isNull(slackLinks.code),
          isNull(slackLinks.endedAt),
          gt(slackLinks.expiresAt, sql`now()`),
        ),
      )
      .for("update");
    if (link === undefined) return null;
    const { id: linkId, projectId } = link;
    if ("problem" in back) await endSlackLink(tx, link, { problem: back.problem });
    else {
      const code = seal(keyring, codePlace(link), back.code);
      await tx.update(slackLinks).set({ code }).where(eq(slackLinks.id, linkId));
      await tx.execute(sql`select pg_notify('overdue_slack', '')`);
    }
    return { projectId, linkId };
  });
}

/** Slack's authorization code, which a checker exchanges. */
export type SlackCode = { id: string; projectId: string; code: string };

/** Claims a waiting code for 30 seconds, so that no other checker exchanges it too. Null if none waits. */
export async function takeSlackCode(db: Db, keyring: Keyring): Promise<SlackCode | null> {
  const rows = await db.execute<SlackCode>(sql`
    update slack_links set taken_until = now() + ${CODE_TAKEN_SECONDS} * interval '1 second'
    where id = (select id from slack_links
      where code is not null and ended_at is null and (taken_until is null or taken_until < now())
      order by created_at limit 1 for update skip locked)
    returning id, project_id as "projectId", code`);
  const [taken] = rows;
  return taken === undefined ? null : { ...taken, code: unseal(keyring, codePlace(taken), taken.code) };
}

/** Stores the result for the page that waits for it: the new channel, or why there is none. */
export async function endSlackLink(
  tx: Db | Tx,
  { id, projectId }: { id: string; projectId: string },
  end: { channelId: string } | { problem: string },
): Promise<void> {
  await tx
    .update(slackLinks)
    .set({ ...end, code: null, endedAt: sql`now()` })
    .where(and(eq(slackLinks.projectId, projectId), eq(slackLinks.id, id)));
  await notifyProjectChange(tx, projectId);
}

function codePlace({ id, projectId }: { id: string; projectId: string }) {
  return { table: "slack_links", column: "code", rowId: id, projectId };
}

function hashOf(state: string): string {
  return createHash("sha256").update(state).digest("hex");
}

/** A channel in a Slack workspace, by their ids. */
export type SlackChannelId = { team: string; channel: string };

type Row = { id: string; projectId: string; settings: string };

/** The id of the channel that alerts this Slack channel, in the incident's project; null: people there may not act on the incident. */
export async function findIncidentSlackChannel(
  db: Db,
  keyring: Keyring,
  { incidentId, ...place }: SlackChannelId & { incidentId: string },
): Promise<string | null> {
  const rows = await db.execute<Row>(sql`
    select c.id, c.project_id as "projectId", c.settings from incidents i
    join channels c on c.project_id = i.project_id and c.kind = 'slack' and c.deleted_at is null
    where i.id = ${incidentId}`);
  return findMatching(rows, keyring, place);
}

/** The id of the project's channel that alerts this Slack channel already; null: there is none. */
export async function findProjectSlackChannel(
  db: Db,
  keyring: Keyring,
  { projectId, ...place }: SlackChannelId & { projectId: string },
): Promise<string | null> {
  const rows = await db.execute<Row>(sql`
    select id, project_id as "projectId", settings from channels
    where project_id = ${projectId} and kind = 'slack' and deleted_at is null and not internal`);
  return findMatching(rows, keyring, place);
}

function findMatching(
  rows: readonly Row[],
  keyring: Keyring,
  { team, channel }: SlackChannelId,
): string | null {
  const found = rows.find(({ id, projectId, settings }) => {
    // A channel whose settings cannot be read must not hide the others.
    const known = openSettings(keyring, { projectId, channelId: id }, settings);
    return known !== null && known["team"] === team && known["channel"] === channel;
  });
  return found?.id ?? null;
}

/** The message to show in Slack after a press of a button, and the address to post it to. */
export type SlackAnswer = { url: string; body: Record<string, unknown> };
/** A message that a checker is to send. */
export type WaitingAnswer = SlackAnswer & { id: string };

/** Slack accepts answers to a press for half an hour. */
const ANSWERED_WITHIN = "30 minutes";
const ANSWER_TAKEN_SECONDS = 20;

/** Stores a press by its signature, so that it is performed once. @returns false if it was stored before */
export async function storeSlackPress(db: Db, id: string): Promise<boolean> {
  await db.execute(sql`delete from slack_presses where created_at < now() - interval '1 day'`);
  const noted = await db.insert(slackPresses).values({ id }).onConflictDoNothing().returning();
  return noted.length > 0;
}

/** Stores the answer to a press, and notifies the checkers, one of which sends it. */
export async function answerSlackPress(
  db: Db,
  keyring: Keyring,
  { id, ...answer }: WaitingAnswer,
): Promise<void> {
  const sealed = seal(keyring, placeOfAnswer(id), JSON.stringify(answer));
  await db.update(slackPresses).set({ answer: sealed }).where(eq(slackPresses.id, id));
  await db.execute(sql`select pg_notify('overdue_slack', '')`);
}

/** Claims a waiting answer for a while, so that no other checker sends it too. */
export async function takeSlackAnswer(db: Db, keyring: Keyring): Promise<WaitingAnswer | null> {
  const rows = await db.execute<{ id: string; answer: string }>(sql`
    update slack_presses set taken_until = now() + ${ANSWER_TAKEN_SECONDS} * interval '1 second'
    where id = (select id from slack_presses
      where answer is not null and ended_at is null and (taken_until is null or taken_until < now())
        and created_at > now() - ${ANSWERED_WITHIN}::interval
      order by created_at limit 1 for update skip locked)
    returning id, answer`);
  const [taken] = rows;
  if (taken === undefined) return null;
  // `answerSlackPress` sealed a value of this shape.
  return {
    id: taken.id,
    ...(JSON.parse(unseal(keyring, placeOfAnswer(taken.id), taken.answer)) as SlackAnswer),
  };
}

export async function endSlackAnswer(db: Db, id: string): Promise<void> {
  await db
    .update(slackPresses)
    .set({ answer: null, endedAt: sql`now()` })
    .where(eq(slackPresses.id, id));
}

function placeOfAnswer(id: string) {
  return { table: "slack_presses", column: "answer", rowId: id, projectId: "" };
}
