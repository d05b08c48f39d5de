import type { PoolClient } from "../database.ts";

import type { Arrival } from "./record-pings.ts";

/**
 * Notes what arrivals may be repeated by, in the transaction that records them. Answers those that came before, in another
 * transaction or further ahead in this one.
 */
export async function noteOnce(
  client: PoolClient,
  arrivals: readonly Arrival[],
): Promise<ReadonlySet<Arrival>> {
  const asked = arrivals.flatMap((arrival) =>
    arrival.once ? [{ arrival, digest: arrival.once.toString("hex") }] : [],
  );
  if (asked.length === 0) return new Set();
  // In one order everywhere, so that two receivers wait for each other instead of locking up.
  const rows = await client.query<{ digest: string }>(
    `insert into mail_receipts (digest)
           select distinct decode(digest, 'hex') as digest from unnest($1::text[]) as x(digest) order by 1
           on conflict do nothing returning encode(digest, 'hex') as digest`,
    [asked.map(({ digest }) => digest)],
  );
  const fresh = new Set(rows.map(({ digest }) => digest));
  // The first of several in this transaction takes the note, the others find it gone.
  return new Set(asked.filter(({ digest }) => !fresh.delete(digest)).map(({ arrival }) => arrival));
}
