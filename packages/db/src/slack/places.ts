import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { type Keyring, LostKey, unseal } from "../secrets/keyring.ts";

/** A channel in a Slack workspace, by their ids. */
export type SlackChannelId = { team: string; channel: string };

type Row = { id: string; projectId: string; settings: string };

/** The channel of ours that alerts this place of an incident's project; null: the place has no say in it. */
export async function slackChannelOfIncident(
  db: Db,
  keyring: Keyring,
  { incidentId, ...place }: SlackChannelId & { incidentId: string },
): Promise<string | null> {
  const rows = await db.execute<Row>(sql`
    select c.id, c.project_id as "projectId", c.settings from incidents i
    join channels c on c.project_id = i.project_id and c.kind = 'slack' and c.deleted_at is null
    where i.id = ${incidentId}`);
  return among(rows, keyring, place);
}

/** The channel of a project that alerts this place already; null: there is none. */
export async function slackChannelOfProject(
  db: Db,
  keyring: Keyring,
  { projectId, ...place }: SlackChannelId & { projectId: string },
): Promise<string | null> {
  const rows = await db.execute<Row>(sql`
    select id, project_id as "projectId", settings from channels
    where project_id = ${projectId} and kind = 'slack' and deleted_at is null and not internal`);
  return among(rows, keyring, place);
}

function among(rows: readonly Row[], keyring: Keyring, { team, channel }: SlackChannelId): string | null {
  const found = rows.find(({ id, projectId, settings }) => {
    const place = { table: "channels", column: "settings", rowId: id, projectId };
    try {
      const known: unknown = JSON.parse(unseal(keyring, place, settings));
      return isObject(known) && known["team"] === team && known["channel"] === channel;
    } catch (error) {
      if (error instanceof LostKey) return false; // one that cannot be read must not hide the others
      throw error;
    }
  });
  return found?.id ?? null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
