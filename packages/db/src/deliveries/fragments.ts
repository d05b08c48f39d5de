import { type ChannelHealth, PROVIDER_INCIDENT_KINDS, PROGRAM_KINDS } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

import { epochMs, Fragment, literals } from "../sql-fragments.ts";

/** A channel's health as it is stored. Instants are in epoch milliseconds. */
export type HealthRow = ChannelHealth;

/** SQL: the columns of a `HealthRow`. `channel`: the channel's alias in the statement. */
export function healthColumns(channel: string): Fragment {
  return new Fragment(`${epochMs(`${channel}.broken_at`)} as "brokenAt", ${channel}.broken_because as "brokenBecause",
    ${channel}.broken_by as "brokenBy", ${channel}.circuit_failures as "circuitFailures",
    ${channel}.circuit_step as "circuitStep", ${epochMs(`${channel}.circuit_until`)} as "circuitUntil",
    ${epochMs(`${channel}.last_sent_at`)} as "lastSentAt"`);
}

/** Takes the health out of a row that has other columns too. */
export function pickHealth(row: HealthRow): ChannelHealth {
  const { brokenAt, brokenBecause, brokenBy, circuitFailures, circuitStep, circuitUntil, lastSentAt } = row;
  return { brokenAt, brokenBecause, brokenBy, circuitFailures, circuitStep, circuitUntil, lastSentAt };
}

/** SQL: whether the channel `c` is read by a program, which is sent each alert by itself. */
export const IS_PROGRAM = new Fragment(`c.kind in ${literals(PROGRAM_KINDS)}`);

/** SQL: whether the provider of the channel `c` keeps incidents of its own open until it is sent their end. */
export const HAS_PROVIDER_INCIDENTS = new Fragment(`c.kind in ${literals(PROVIDER_INCIDENT_KINDS)}`);

/** SQL: for how many minutes the channel `c` collects messages for a digest; 0 for a program. */
export const digestMinutesSql = new Fragment(`(case when ${IS_PROGRAM} then 0 else c.collect_minutes end)`);

/**
 * SQL: a table of the deliveries of a check, or of those written `within` an interval. "offset 0" keeps the planner from
 * moving conditions on the channel into it: then, in a storm, it would read all deliveries of the channel for each check.
 */
export function deliveriesOfCheck(checkId: SQL, within?: string): SQL {
  const isRecent =
    within === undefined ? sql`` : sql`and created_at > clock_timestamp() - ${within}::interval`;
  return sql`(select * from deliveries where check_id = ${checkId} ${isRecent} offset 0)`;
}
