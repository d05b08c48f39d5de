import { type ClaimDecision, planTurns, type RateLimit, type Turn } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { epochMs } from "../sql-fragments.ts";

/** The rate limits that all senders share, by the database's clock. */
export type RateLimits = {
  /** How many messages a provider takes; null: it has no limit. */
  limitOf: (channelKind: string) => RateLimit | null;
  /** Called for each delivery that may not be claimed yet: its turn comes in `inMs` milliseconds. */
  later(deliveryId: string, inMs: number): void;
  /** Called with how many milliseconds each claimed channel and channel kind takes no further message. */
  taken(waits: ReadonlyMap<string, number>): void;
};

type RateCheck = {
  candidates: readonly { id: string; channelId: string; channelKind: string }[];
  /** Set to "leave" for each delivery that comes too soon for its provider. */
  decisions: Map<string, ClaimDecision>;
  rates: RateLimits | undefined;
};

/** Leaves alone the deliveries that come too soon for their provider. @returns a function that stores which of the others were claimed */
export async function applyRateLimits(tx: Tx, { candidates, decisions, rates }: RateCheck) {
  const turns = candidates.flatMap(({ id, channelId, channelKind }) => {
    const isTaken = decisions.get(id) === "claim" || decisions.get(id) === "probe";
    const limit = isTaken ? (rates?.limitOf(channelKind) ?? null) : null;
    return limit === null ? [] : [{ id, channelId, channelKind, limit }];
  });
  if (rates === undefined || turns.length === 0) return () => Promise.resolve();
  const before = await lockRates(tx, turns);
  for (const [id, inMs] of planTurns(turns, before).later) {
    decisions.set(id, "leave");
    rates.later(id, inMs);
  }
  return async (claimed: readonly string[]) => {
    const claimedIds = new Set(claimed);
    const { waits } = planTurns(
      turns.filter(({ id }) => claimedIds.has(id)),
      before,
    );
    await writeRates(tx, waits);
    rates.taken(waits);
  };
}

/** Reads how long each channel and kind must wait, and keeps other senders from deciding about them until the transaction ends. */
async function lockRates(tx: Tx, turns: readonly Turn[]): Promise<Map<string, number>> {
  const names = [
    ...new Set(turns.flatMap(({ channelId, channelKind }) => [channelKind, channelId])),
  ].toSorted();
  const rows = await tx.execute<{ name: string; wait: number }>(sql`
    insert into rate_limits (name, free_at) select value, clock_timestamp() - interval '1 second'
    from json_array_elements_text(${JSON.stringify(names)}::json)
    on conflict (name) do update set name = excluded.name
    returning name, ${epochMs("free_at - clock_timestamp()")} as wait`);
  return new Map(rows.map(({ name, wait }) => [name, wait]));
}

/** Stores from when on each channel and kind takes further messages. */
async function writeRates(tx: Tx, waits: ReadonlyMap<string, number>): Promise<void> {
  const given = [...waits].map(([name, wait]) => ({ name, wait }));
  await tx.execute(sql`
    update rate_limits p set free_at = clock_timestamp() + x.wait * interval '1 millisecond'
    from json_to_recordset(${JSON.stringify(given)}::json) as x(name text, wait float8) where p.name = x.name`);
}
