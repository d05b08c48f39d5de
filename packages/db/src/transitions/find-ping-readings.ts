import type { PingReading } from "@overdue/core";
import type { Pool } from "../database.ts";

import type { Target } from "./find-targets.ts";
import { withPingKeys } from "./ping-keys.ts";
import { readingOf, type ReadingRow } from "./stored-check.ts";

const READING = `methods, filter_subject, filter_body, filter_http_body, filter_default_fail, start_keywords,
  success_keywords, failure_keywords`;

/** How the check that a target names reads its pings; empty where there is no such check. */
export async function findPingReadings(pool: Pool, target: Target): Promise<PingReading[]> {
  const rows = target.kind === "uuid" ? await byUuid(pool, target.pingUuid) : await bySlug(pool, target);
  return rows.map(readingOf);
}

async function byUuid(pool: Pool, pingUuid: string): Promise<ReadingRow[]> {
  const rows = await pool.query<ReadingRow>(
    `select ${READING} from checks where ping_uuid = $1 and deleted_at is null`,
    [pingUuid],
  );
  return rows;
}

async function bySlug(pool: Pool, asked: Extract<Target, { kind: "slug" }>): Promise<ReadingRow[]> {
  const [{ pingKey, slug } = asked] = await withPingKeys(pool, [asked]);
  const rows = await pool.query<ReadingRow>(
    `select ${READING} from checks
      where project_id = (select id from projects where ping_key = $1 and deleted_at is null)
        and slug = $2 and deleted_at is null`,
    [pingKey, slug],
  );
  return rows;
}
