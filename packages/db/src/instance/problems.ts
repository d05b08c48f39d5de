import { sql } from "drizzle-orm";

import { openDb, type Pool } from "../database.ts";
import { notReadyBecause } from "../receivers/readiness.ts";
import { findSelfTest } from "../self-test/self-test-check.ts";
import { selfTestProblem } from "../self-test/self-test-problem.ts";
import { readSelfTest } from "../self-test/self-test-state.ts";
import { refusalTroubles } from "../deliveries/refusals.ts";
import { recentRestarts } from "./restarts.ts";
import { clockProblems } from "./clock-problems.ts";
import { instanceProblems } from "./instance-problems.ts";

/** What is wrong now, a sentence each. */
export type Problems = {
  /** Why an alert may not arrive: one link from ping to provider does not work. */
  broken: string[];
  /** What else only the operator can mend. */
  warnings: string[];
};

/** A dead letter of long ago is its owner's business; what died lately may be ours. */
const LATELY = "1 day";

export async function readProblems(pool: Pool): Promise<Problems> {
  const db = openDb(pool);
  const check = await findSelfTest(db);
  const notReady = await notReadyBecause(pool);
  const ofItself = check === null ? null : selfTestProblem(await readSelfTest(db, check));
  return {
    broken: [notReady, ofItself].filter((sentence) => sentence !== null),
    warnings: [
      ...(await refusalTroubles(db)),
      ...(await deadLetters(pool)),
      ...(await instanceProblems(db)),
      ...(await clockProblems(db)),
      ...(await recentRestarts(db)),
    ],
  };
}

async function deadLetters(pool: Pool): Promise<string[]> {
  const rows = await openDb(pool).execute<{ count: number; projects: number }>(sql`
    select count(*)::int as count, count(distinct project_id)::int as projects from deliveries
    where state = 'failed' and dealt_with_at is null and kind not in ('test', 'system')
      and finished_at > clock_timestamp() - ${LATELY}::interval`);
  const { count, projects } = rows[0] ?? { count: 0, projects: 0 };
  if (count === 0) return [];
  const [alerts, of] = [
    count === 1 ? "1 alert" : `${count} alerts`,
    projects === 1 ? "1 project" : `${projects} projects`,
  ];
  return [
    `${alerts} of ${of} could not be delivered within the last day; each is listed in its project under “Not delivered”.`,
  ];
}
