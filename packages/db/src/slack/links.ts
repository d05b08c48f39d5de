import type { LiveEvent } from "@overdue/core";
import { createHash, randomBytes } from "node:crypto";

import { and, eq, gt, isNull, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { slackLinks } from "../schema/index.ts";
import { type Keyring, seal, unseal } from "../secrets/keyring.ts";

export type SlackLink = typeof slackLinks.$inferSelect;

const MINUTES_VALID = 15;
const TAKEN_SECONDS = 30;

/** A person sets out for Slack: the state comes back with them, once, within 15 minutes. Only its hash is stored. */
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
  if (link === undefined) throw new Error("The insert answered no row.");
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

/** What a person came back with. `problem`: why Slack gave no code. */
export type SlackReturn = { state: string; userId: string } & ({ code: string } | { problem: string });

/** Keeps what came back for a checker to exchange, and rings for it. Null where nobody set out with this state. */
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
      const code = seal(keyring, placeOf(link), back.code);
      await tx.update(slackLinks).set({ code }).where(eq(slackLinks.id, linkId));
      await tx.execute(sql`select pg_notify('overdue_slack', '')`);
    }
    return { projectId, linkId };
  });
}

/** A code that waits to be exchanged; taken for a while, so that no other checker is at it too. */
export type SlackCode = { id: string; projectId: string; code: string };

export async function takeSlackCode(db: Db, keyring: Keyring): Promise<SlackCode | null> {
  const rows = await db.execute<SlackCode>(sql`
    update slack_links set taken_until = now() + ${TAKEN_SECONDS} * interval '1 second'
    where id = (select id from slack_links
      where code is not null and ended_at is null and (taken_until is null or taken_until < now())
      order by created_at limit 1 for update skip locked)
    returning id, project_id as "projectId", code`);
  const [taken] = rows;
  return taken === undefined ? null : { ...taken, code: unseal(keyring, placeOf(taken), taken.code) };
}

/** The end of it, for the page that waits: a channel, or why there is none. */
export async function endSlackLink(
  tx: Db | Tx,
  { id, projectId }: { id: string; projectId: string },
  end: { channelId: string } | { problem: string },
): Promise<void> {
  await tx
    .update(slackLinks)
    .set({ ...end, code: null, endedAt: sql`now()` })
    .where(and(eq(slackLinks.projectId, projectId), eq(slackLinks.id, id)));
  await tx.execute(
    sql`select pg_notify('overdue_changes', ${JSON.stringify({ projectId, checkId: null } satisfies LiveEvent)})`,
  );
}

function placeOf({ id, projectId }: { id: string; projectId: string }) {
  return { table: "slack_links", column: "code", rowId: id, projectId };
}

function hashOf(state: string): string {
  return createHash("sha256").update(state).digest("hex");
}
