import type { Instant } from "@overdue/schedules";
import type { ChannelHealth } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

/** A channel's health as it is stored; instants in epoch milliseconds. */
export type HealthRow = ChannelHealth;

/** SQL: the columns of a `HealthRow`, of the channel by that name in the statement. */
export function healthColumns(channel: SQL): SQL {
  return sql`${epochMs(sql`${channel}.broken_at`)} as "brokenAt", ${channel}.broken_because as "brokenBecause",
    ${channel}.broken_by as "brokenBy", ${channel}.circuit_failures as "circuitFailures",
    ${channel}.circuit_step as "circuitStep", ${epochMs(sql`${channel}.circuit_until`)} as "circuitUntil",
    ${epochMs(sql`${channel}.last_sent_at`)} as "lastSentAt"`;
}

export function healthOf(row: HealthRow): ChannelHealth {
  const { brokenAt, brokenBecause, brokenBy, circuitFailures, circuitStep, circuitUntil, lastSentAt } = row;
  return { brokenAt, brokenBecause, brokenBy, circuitFailures, circuitStep, circuitUntil, lastSentAt };
}

/** SQL: an instant in epoch milliseconds. */
export function epochMs(column: SQL): SQL<Instant> {
  return sql<Instant>`(extract(epoch from ${column}) * 1000)::float8`;
}
