import { HOUR_MS, type Instant } from "@overdue/schedules";
import { and, eq, sql } from "drizzle-orm";

import type { Db } from "./database.ts";
import type { Prune } from "./maintenance-jobs/prune.ts";
import { idempotencyKeys } from "./schema/index.ts";

export type IdempotencyRef = { actor: string; route: string; key: string };

/** `claimed`: this caller does the work. `answered`: it was done, with this sealed answer. */
export type IdempotencyClaim =
  | { kind: "claimed" }
  | { kind: "answered"; answer: string }
  | { kind: "under-way" }
  | { kind: "other-body" };

/** Who claimed a key and has not answered for so long has died. */
const ABANDONED_MS = 60_000;
/** Lets exactly one of those who come with a key do the work. */
export async function claimKey(
  db: Db,
  ref: IdempotencyRef,
  { bodyDigest, at }: { bodyDigest: string; at: Instant },
): Promise<IdempotencyClaim> {
  const claim = { bodyDigest, claimedAt: new Date(at), answer: null };
  const past = new Date(at - KEPT_HOURS * HOUR_MS).toISOString();
  const abandoned = new Date(at - ABANDONED_MS).toISOString();
  const claimed = await db
    .insert(idempotencyKeys)
    .values({ ...ref, ...claim })
    .onConflictDoUpdate({
      target: [idempotencyKeys.actor, idempotencyKeys.route, idempotencyKeys.key],
      set: claim,
      setWhere: sql`${idempotencyKeys.claimedAt} < ${past} or
        (${idempotencyKeys.answer} is null and ${idempotencyKeys.claimedAt} < ${abandoned})`,
    })
    .returning({ claimedAt: idempotencyKeys.claimedAt });
  if (claimed.length > 0) return { kind: "claimed" };
  return await readClaim(db, ref, bodyDigest);
}

/** Keeps the sealed answer for a request that comes with the key again. */
export async function answerKey(db: Db, ref: IdempotencyRef, answer: string): Promise<void> {
  await db.update(idempotencyKeys).set({ answer }).where(isRef(ref));
}

/** The work failed: the next one with the key may try. */
export async function releaseKey(db: Db, ref: IdempotencyRef): Promise<void> {
  await db.delete(idempotencyKeys).where(isRef(ref));
}

async function readClaim(db: Db, ref: IdempotencyRef, bodyDigest: string): Promise<IdempotencyClaim> {
  const [found] = await db.select().from(idempotencyKeys).where(isRef(ref));
  // Released this instant: the next request gets it.
  if (found === undefined) return { kind: "under-way" };
  if (found.bodyDigest !== bodyDigest) return { kind: "other-body" };
  return found.answer === null ? { kind: "under-way" } : { kind: "answered", answer: found.answer };
}

function isRef({ actor, route, key }: IdempotencyRef) {
  return and(
    eq(idempotencyKeys.actor, actor),
    eq(idempotencyKeys.route, route),
    eq(idempotencyKeys.key, key),
  );
}

/** How long an answer is kept for a second request with the same key. */
const KEPT_HOURS = 24;

/** Idempotency keys that are past their time. */
export const pruneIdempotencyKeys: Prune = async (db, limit) => {
  const { count } = await db.execute(sql`
    delete from idempotency_keys where (actor, route, key) in (
      select actor, route, key from idempotency_keys
      where claimed_at < now() - make_interval(hours => ${KEPT_HOURS}) limit ${limit})`);
  return count;
};
