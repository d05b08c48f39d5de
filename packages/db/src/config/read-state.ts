import type { Current } from "@overdue/core";
import { and, asc, eq, isNull } from "drizzle-orm";

import { settingsOf } from "../checks/check-row.ts";
import type { CheckWithChannels } from "../checks/find-check.ts";
import type { Db } from "../database.ts";
import { checksWithChannels } from "../healthchecks/checks-with-channels.ts";
import { channels, checks } from "../schema/index.ts";
import { type Keyring, unseal } from "../secrets/keyring.ts";

const CHECKS_MAX = 20_000;

/** A project as a configuration file speaks of it, channels' settings opened. Checks without a slug are no part of it. */
export async function readState(db: Db, keyring: Keyring, projectId: string): Promise<Current> {
  const rows = await db
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)))
    .orderBy(asc(channels.id));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const known = await checksWithChannels(db, eq(checks.projectId, projectId), CHECKS_MAX);
  return {
    channels: rows.map(({ id, name, kind, settings, managedBy }) => {
      const place = { table: "channels", column: "settings", rowId: id, projectId };
      return {
        id,
        name,
        kind,
        settings: opened(unseal(keyring, place, settings)),
        isOwned: managedBy !== null,
      };
    }),
    checks: known.filter(({ slug }) => slug !== "").map((row) => checkOf(row, names)),
  };
}

function checkOf(row: CheckWithChannels, names: ReadonlyMap<string, string>): Current["checks"][number] {
  return {
    id: row.id,
    slug: row.slug,
    fields: { ...detailsOf(row), ...settingsOf(row) },
    channels: row.channelIds.flatMap((id) => names.get(id) ?? []),
    isOwned: row.managedBy !== null,
  };
}

function detailsOf(row: CheckWithChannels) {
  const { name, tags, description, methods, filterSubject, filterBody, filterHttpBody, filterDefaultFail } =
    row;
  const { severity, startKeywords, successKeywords, failureKeywords } = row;
  return {
    name,
    severity,
    tags: tags.split(" ").filter((tag) => tag !== ""),
    description,
    methods,
    filterSubject,
    filterBody,
    filterHttpBody,
    filterDefaultFail,
    startKeywords,
    successKeywords,
    failureKeywords,
  };
}

// Sealed by us, from what `parseSettings` answered.
function opened(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
