import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";

/** How much a provider takes of us: on one channel, and on all of a kind. */
type Pace = { perSecond: number; perSecondInAll: number };

export type Pacing = {
  /** Null: whoever receives these is not to be spared. */
  paceOf(channelKind: string): Pace | null;
  /** Told of what may not be claimed yet: its provider takes more after so long. */
  tooSoon(deliveryId: string, opensInMs: number): void;
};

/** A delivery that asks for its turn. */
export type Turn = { id: string; channelId: string; channelKind: string };

/** How long until each channel and each kind takes more; nothing or less: now. */
export type Waits = Map<string, number>;

/** Whoever waited for the moment comes a little before or after it. */
const SLACK_MS = 3;

/**
 * Which of these may go now, in their order, and how long the others must wait. `waits` is read and moved on by those
 * that go.
 */
export function takeTurns(turns: readonly Turn[], waits: Waits, pacing: Pacing): Map<string, number> {
  const later = new Map<string, number>();
  for (const { id, channelId, channelKind } of turns) {
    const pace = pacing.paceOf(channelKind);
    if (pace === null) continue;
    const wait = Math.max(waits.get(channelId) ?? 0, waits.get(channelKind) ?? 0, 0);
    if (wait > SLACK_MS) later.set(id, wait);
    else {
      moveOn(waits, channelId, pace.perSecond);
      moveOn(waits, channelKind, pace.perSecondInAll);
    }
  }
  return later;
}

function moveOn(waits: Waits, name: string, perSecond: number): void {
  waits.set(name, Math.max(waits.get(name) ?? 0, 0) + 1_000 / perSecond);
}

/** Reads how long each must wait, and keeps other checkers from deciding about them until the transaction ends. */
export async function lockPaces(tx: Tx, turns: readonly Turn[], pacing: Pacing): Promise<Waits> {
  const paced = turns.filter(({ channelKind }) => pacing.paceOf(channelKind) !== null);
  const names = [
    ...new Set(paced.flatMap(({ channelId, channelKind }) => [channelKind, channelId])),
  ].toSorted();
  if (names.length === 0) return new Map();
  const { rows } = await tx.execute<{ name: string; wait: number }>(sql`
    insert into paces (name, free_at) select value, clock_timestamp() - interval '1 second'
    from json_array_elements_text(${JSON.stringify(names)}::json)
    on conflict (name) do update set name = excluded.name
    returning name, (extract(epoch from free_at - clock_timestamp()) * 1000)::float8 as wait`);
  return new Map(rows.map(({ name, wait }) => [name, wait]));
}

/** Writes from when on each takes more. */
export async function writePaces(tx: Tx, waits: Waits): Promise<void> {
  if (waits.size === 0) return;
  const given = [...waits].map(([name, wait]) => ({ name, wait }));
  await tx.execute(sql`
    update paces p set free_at = clock_timestamp() + x.wait * interval '1 millisecond'
    from json_to_recordset(${JSON.stringify(given)}::json) as x(name text, wait float8) where p.name = x.name`);
}
