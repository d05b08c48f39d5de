import type { PingReading } from "@overdue/core";
import type { Pool } from "../database.ts";

import type { Target } from "./find-targets.ts";
import { withPingKeys } from "./ping-keys.ts";
import { PING_READING } from "../checks/check-row.ts";

/** How the check that a target names reads its pings; empty where there is no such check. */
export async function findPingReadings(pool: Pool, target: Target): Promise<PingReading[]> {
  return target.kind === "uuid" ? await byUuid(pool, target.pingUuid) : await bySlug(pool, target);
}

async function byUuid(pool: Pool, pingUuid: string): Promise<PingReading[]> {
  const rows = await pool.query<PingReading>(
    `select ${PING_READING} from checks where ping_uuid = $1 and deleted_at is null`,
    [pingUuid],
  );
  return rows;
}

async function bySlug(pool: Pool, asked: Extract<Target, { kind: "slug" }>): Promise<PingReading[]> {
  const [{ pingKey, slug } = asked] = await withPingKeys(pool, [asked]);
  const rows = await pool.query<PingReading>(
    `select ${PING_READING} from checks
      where project_id = (select id from projects where ping_key = $1 and deleted_at is null)
        and slug = $2 and deleted_at is null`,
    [pingKey, slug],
  );
  return rows;
}
