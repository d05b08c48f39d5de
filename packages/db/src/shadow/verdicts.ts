import type { SeenThere, Span, Verdict } from "@overdue/core/shadow";
import { eq, sql } from "drizzle-orm";

import { type Db, openDb, type Pool } from "../database.ts";
import { shadows } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { epochMs } from "../sql-fragments.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import { openShadow, type ShadowRow } from "./shadows.ts";

/** How often the other product is asked. */
export const SHADOW_POLL_SECONDS = 60;

/** Takes the turn to ask the other product of one project what it thinks; null where none is due. */
export async function claimPoll(
  pool: Pool,
  keyring: Keyring,
  everySeconds: number,
): Promise<ShadowRow | null> {
  const db = openDb(pool);
  const claimed = await db.execute<{ id: string }>(sql`
    update shadows set next_poll_at = clock_timestamp() + ${everySeconds} * interval '1 second'
     where id = (select id from shadows where ended_at is null and next_poll_at <= clock_timestamp()
                  order by next_poll_at limit 1 for update skip locked)
    returning id`);
  const [found] = claimed;
  if (found === undefined) return null;
  const [row] = await db.select().from(shadows).where(eq(shadows.id, found.id));
  return row === undefined ? null : openShadow(keyring, row);
}

/** A check, and by which key the other product knows it where it has an alias of that product. */
export type ShadowedCheck = {
  checkId: string;
  slug: string;
  name: string;
  pingUuid: string;
  alias: string | null;
};

/** The checks of a project, as the other product may know them. */
export async function listShadowedChecks(
  pool: Pool,
  { projectId, product }: Pick<ShadowRow, "projectId" | "product">,
): Promise<ShadowedCheck[]> {
  return await pool.query<ShadowedCheck>(
    `select c.id as "checkId", c.slug, c.name, c.ping_uuid as "pingUuid",
            (select a.key from check_aliases a
              where a.project_id = c.project_id and a.check_id = c.id and a.product = $2 order by a.id limit 1) as alias
       from checks c where c.project_id = $1 and c.deleted_at is null`,
    [projectId, product],
  );
}

export type CheckVerdict = Pick<Verdict, "status" | "graceSeconds"> & { checkId: string };

/**
 * Stores what the other product said at `at`: the row of a check goes on where it says the same as the last time, and that
 * was no longer ago than `gapMs`.
 */
export async function recordVerdicts(
  pool: Pool,
  projectId: string,
  { verdicts, at, gapMs }: { verdicts: readonly CheckVerdict[]; at: number; gapMs: number },
): Promise<void> {
  await pool.query(
    `with given as (
       select * from jsonb_to_recordset($2::jsonb) as x("checkId" uuid, status text, "graceSeconds" int)),
     newest as (
       select g.*, s.id as state_id, s.status as was, s.last_at, s.grace_seconds
         from given g left join lateral (
           select * from shadow_states s where s.project_id = $1 and s.check_id = g."checkId" order by s.first_at desc limit 1) s on true),
     same as (
       update shadow_states s set last_at = $3::timestamptz from newest n
        where s.id = n.state_id and n.was = n.status and n.grace_seconds is not distinct from n."graceSeconds"
          and n.last_at >= $3::timestamptz - $4 * interval '1 millisecond'
       returning s.check_id)
     insert into shadow_states (project_id, check_id, status, grace_seconds, first_at, last_at)
     select $1, n."checkId", n.status, n."graceSeconds", $3, $3 from newest n
      where n."checkId" not in (select check_id from same)
        and exists (select from checks c where c.project_id = $1 and c.id = n."checkId")`,
    [projectId, JSON.stringify(verdicts), new Date(at).toISOString(), gapMs],
  );
}

/** Stores that the other product was asked. `problem`: why that failed; null: it did not. `pauseSeconds`: until the next time. */
export async function settlePoll(
  db: Db,
  projectId: string,
  { problem, pauseSeconds }: { problem: string | null; pauseSeconds: number | null },
): Promise<void> {
  await db
    .update(shadows)
    .set({
      polledAt: sql`clock_timestamp()`,
      pollProblem: problem,
      ...(pauseSeconds !== null && {
        nextPollAt: sql`clock_timestamp() + ${pauseSeconds} * interval '1 second'`,
      }),
    })
    .where(eq(shadows.projectId, projectId));
}

/** All that a comparison of one check needs. */
export type ShadowHistory = {
  checkId: string;
  name: string;
  graceSeconds: number;
  /** What the other product said last; null where that product never says. */
  graceSecondsThere: number | null;
  downHere: Span[];
  unwatchedHere: Span[];
  there: SeenThere[];
};

const STATES_MAX = 50_000;

/** The histories of all checks that the other product knows, between two instants. */
export async function loadShadowHistories(
  pool: Pool,
  projectId: string,
  span: Span,
): Promise<ShadowHistory[]> {
  const params = [projectId, new Date(span.from).toISOString(), new Date(span.until).toISOString()];
  const states = await pool.query<StateRow>(
    `select check_id as "checkId", status, grace_seconds as "graceSeconds",
            ${epochMs("first_at")} as "from", ${epochMs("last_at")} as until
       from shadow_states where project_id = $1 and last_at >= $2 and first_at < $3
      order by first_at desc limit ${STATES_MAX}`,
    params,
  );
  const found = await pool.query<CheckRow>(
    `select c.id as "checkId", ${checkNameSql("c")} as name, c.grace_seconds as "graceSeconds", c.status
       from checks c where c.project_id = $1 and c.deleted_at is null
        and exists (select from shadow_states s where s.project_id = $1 and s.check_id = c.id)`,
    [projectId],
  );
  const flips = await pool.query<FlipRow>(
    `select check_id as "checkId", from_status as "from", to_status as "to", ${epochMs("at")} as at
       from flips where project_id = $1 and at >= $2 and at < $3 order by at, id`,
    params,
  );
  const [statesOf, flipsOf] = [Map.groupBy(states, byCheck), Map.groupBy(flips, byCheck)];
  return found.map(({ status, ...check }) => {
    const there = (statesOf.get(check.checkId) ?? []).toReversed();
    const here = statusSpans(flipsOf.get(check.checkId) ?? [], { status, span });
    return {
      ...check,
      graceSecondsThere: there.at(-1)?.graceSeconds ?? null,
      downHere: here.filter(({ is }) => is === "down"),
      unwatchedHere: here.filter(({ is }) => is === "paused" || is === "new"),
      there: there.map(({ status: said, from, until }) => ({
        status: said,
        from: Math.max(from, span.from),
        until: Math.min(until, span.until),
      })),
    };
  });
}

type CheckRow = Pick<ShadowHistory, "checkId" | "name" | "graceSeconds"> & { status: string };
type StateRow = { checkId: string; graceSeconds: number | null; from: number; until: number } & Pick<
  SeenThere,
  "status"
>;
type FlipRow = { checkId: string; from: string; to: string; at: number };

function byCheck({ checkId }: { checkId: string }): string {
  return checkId;
}

/** What the check's status was when; `status`: at the end, where nothing changed it since. */
function statusSpans(
  flips: readonly FlipRow[],
  { status, span }: { status: string; span: Span },
): (Span & { is: string })[] {
  const starts = [
    { is: flips[0]?.from ?? status, from: span.from },
    ...flips.map(({ to, at }) => ({ is: to, from: at })),
  ];
  return starts.map(({ is, from }, i) => ({ is, from, until: starts[i + 1]?.from ?? span.until }));
}

/** What is on record here in the time of a difference. */
export type ShadowEvidence = {
  slots: { dueAt: string; outcome: string }[];
  runs: { heardAt: string; outcome: string }[];
};

const EVIDENCE_MAX = 5;

/** The newest few slots and ends of runs of each check in its span, oldest first; in the order of the spans. */
export async function loadShadowEvidence(
  pool: Pool,
  projectId: string,
  spans: readonly (Span & { checkId: string })[],
): Promise<ShadowEvidence[]> {
  const given = spans.map(({ checkId, from, until }) => ({
    checkId,
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
  }));
  return await pool.query<ShadowEvidence>(
    `select (select coalesce(json_agg(json_build_object('dueAt', s.due_at, 'outcome', s.outcome) order by s.due_at), '[]')
               from (select due_at, outcome from slots
                      where project_id = $1 and check_id = x."checkId" and due_at >= x."from" and due_at < x.until
                      order by due_at desc limit ${EVIDENCE_MAX}) s) as slots,
            (select coalesce(json_agg(json_build_object('heardAt', r.heard_at, 'outcome', r.outcome) order by r.heard_at), '[]')
               from (select heard_at, outcome from runs
                      where project_id = $1 and check_id = x."checkId" and heard_at >= x."from" and heard_at < x.until
                      order by heard_at desc limit ${EVIDENCE_MAX}) r) as runs
       from rows from (jsonb_to_recordset($2::jsonb)
              as ("checkId" uuid, "from" timestamptz, until timestamptz)) with ordinality as x("checkId", "from", until, n)
      order by x.n`,
    [projectId, JSON.stringify(given)],
  );
}

/** Verdicts of more than 90 days ago. */
const STATE_DAYS = 90;

/** Deletes what other products said long ago, and pings that a stopped shadow mode left behind. */
export async function pruneShadows(db: Db, limit: number): Promise<number> {
  const states = await db.execute(sql`delete from shadow_states where id in (
    select id from shadow_states where last_at < now() - ${STATE_DAYS} * interval '1 day' limit ${limit})`);
  const pings = await db.execute(sql`delete from shadow_pings where id in (
    select id from shadow_pings where at < now() - interval '1 day' limit ${limit})`);
  return Math.max(states.count, pings.count);
}
