import { and, desc, gt, isNotNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { outages } from "../schema/index.ts";

/** For so long the operator page says that the clock was set back. */
const SHOWN_FOR = "1 hour";
const MINUTE_MS = 60_000;

/** That the clock was set back lately, as a sentence; empty where it was not. */
export async function clockProblems(db: Db): Promise<string[]> {
  const rows = await db
    .select({ at: outages.startedAt, setBackMs: outages.setBackMs })
    .from(outages)
    .where(
      and(
        isNotNull(outages.setBackMs),
        gt(outages.startedAt, sql`clock_timestamp() - ${SHOWN_FOR}::interval`),
      ),
    )
    .orderBy(desc(outages.startedAt))
    .limit(1);
  return rows.map(({ at, setBackMs }) => {
    const minutes = Math.max(1, Math.round((setBackMs ?? 0) / MINUTE_MS));
    const time = at.toISOString().slice(0, 16).replace("T", " ");
    return `The database's clock was set back by ${minutes} min at ${time} UTC: every check waits anew since then, and pings of the time before keep the stamps they have. Look whether the clock is right now.`;
  });
}
