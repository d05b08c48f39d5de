import { createHash } from "node:crypto";

import type { CheckSettings } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { inTransaction, type Pool } from "../database.ts";
import { createByPing, HAS_SLUG, withPingKeys } from "../transitions/find-targets.ts";
import { editCheckIn } from "./write-check.ts";

/** A check as its own client describes it, such as the SDK of Sentry with a `monitor_config`. */
type DeclaredCheck = {
  pingKey: string;
  slug: string;
  name: string;
  settings: Partial<CheckSettings>;
};

type Known = { projectId: string; checkId: string | null; declared: string | null; isDeleted: boolean };

/**
 * Makes the check, or gives it the settings that its client says now and did not say before. What people changed since
 * stays until the client says something else. A check that people made keeps its settings, one that they deleted is not
 * made again, and none is made where the project does not want it.
 */
export async function declareCheck(pool: Pool, check: DeclaredCheck, at: Instant): Promise<void> {
  const [target] = await withPingKeys(pool, [{ kind: "slug" as const, create: true, ...check }]);
  if (target === undefined) return;
  const declared = createHash("sha256").update(JSON.stringify(check.settings)).digest("base64url");
  const known = await pool.query<Known>(
    `select p.id as "projectId", c.id as "checkId", c.declared, c.deleted_at is not null as "isDeleted"
       from projects p left join checks c on c.project_id = p.id and ${HAS_SLUG}
      where p.ping_key = $1 and p.deleted_at is null`,
    [target.pingKey, target.slug],
  );
  if (known.length === 0) return;
  const there = known.filter(({ checkId }) => checkId !== null);
  const [first, ...others] = there.filter(({ isDeleted }) => !isDeleted);
  if (there.length === 0) {
    const asked = { ...target, first: { settings: check.settings, declared } };
    await inTransaction(pool, (client) => createByPing(client, asked, at));
  } else if (
    first?.checkId &&
    others.length === 0 &&
    first.declared !== null &&
    first.declared !== declared
  ) {
    const ref = { projectId: first.projectId, checkId: first.checkId };
    const edit = { details: { declared }, settings: check.settings, channelIds: null, version: null, at };
    await inTransaction(pool, (client) => editCheckIn(client, ref, edit));
  }
}
