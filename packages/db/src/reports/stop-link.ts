import { eq, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects, reports } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { readSignedId, signId } from "../secrets/signed-id.ts";

const PURPOSE = "stop reports";

/** Lets the holder of a mail end its reports, and nothing else (RFC 8058). It does not expire. */
export function stopReportsLink(keyring: Keyring, of: { publicUrl: string; reportId: string }): string {
  return `${of.publicUrl}/reports/stop?${signId(keyring, PURPOSE, of.reportId)}`;
}

/** Whose reports the link was signed for, or null where it was not, or they are gone. */
export async function findStopped(
  db: Db,
  keyring: Keyring,
  query: URLSearchParams,
): Promise<{ reportId: string; projectName: string; stopped: boolean } | null> {
  const reportId = readSignedId(keyring, PURPOSE, query);
  if (reportId === null) return null;
  const [row] = await db
    .select({ projectName: projects.name, every: reports.every })
    .from(reports)
    .innerJoin(projects, eq(projects.id, reports.projectId))
    .where(eq(reports.id, reportId));
  return row === undefined ? null : { reportId, projectName: row.projectName, stopped: row.every === "none" };
}

/** No further report comes; the choice says so. */
export async function stopReports(db: Db, reportId: string): Promise<void> {
  await db
    .update(reports)
    .set({ every: "none", dueAt: null, version: sql`${reports.version} + 1`, updatedAt: sql`now()` })
    .where(eq(reports.id, reportId));
}
