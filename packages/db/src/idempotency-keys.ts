import { HOUR_MS, type Instant } from "@overdue/schedules";
import { and, eq, sql } from "drizzle-orm";

import type { Db } from "./database.ts";
import type { Prune } from "./maintenance-jobs/prune.ts";
import { idempotencyKeys } from "./schema/index.ts";

export type IdempotencyRef = { actor: string; route: string; key: string };

/** `claimed`: this caller does the work. `answered`: the work was done; the sealed answer is here. */
export type IdempotencyClaim =
  | { kind: "claimed" }
  | { kind: "answered"; answer: string }
  | { kind: "under-way" }
  | { kind: "other-body" };

/** A claim without an answer after this long is abandoned: its process must have died. */
const ABANDONED_MS = 60_000;
/** Claims a key, so that exactly one of the requests that carry it does the work. */
export async function claimKey(
  db: Db,
  ref: IdempotencyRef,
  { bodyDigest, at }: { bodyDigest: string; at: Instant },
): Promise<IdempotencyClaim> {
  const claim = { bodyDigest, claimedAt: new Date(at), answer: null };
  const expired = new Date(at - KEPT_HOURS * HOUR_MS).toISOString();
  const abandoned = new Date(at - ABANDONED_MS).toISOString();
  const claimed = await db
    .insert(idempotencyKeys)
    .values({ ...ref, ...claim })
    .onConflictDoUpdate({
      target: [idempotencyKeys.actor, idempotencyKeys.route, idempotencyKeys.key],
      set: claim,
      setWhere: sql`${idempotencyKeys.claimedAt} < ${expired} or
        (${idempotencyKeys.answer} is null and ${idempotencyKeys.claimedAt} < ${abandoned})`,
    })
    .returning({ claimedAt: idempotencyKeys.claimedAt });
  if (claimed.length > 0) return { kind: "claimed" };
  return await readClaim(db, ref, bodyDigest);
}

/** Stores the sealed answer for later requests with the same key. */
export async function answerKey(db: Db, ref: IdempotencyRef, answer: string): Promise<void> {
  await db.update(idempotencyKeys).set({ answer }).where(isRef(ref));
}

/** Frees the key after the work failed, so that the next request with it may try. */
export async function releaseKey(db: Db, ref: IdempotencyRef): Promise<void> {
  await db.delete(idempotencyKeys).where(isRef(ref));
}

async function readClaim(db: Db, ref: IdempotencyRef, bodyDigest: string): Promise<IdempotencyClaim> {
  const [found] = await db.select().from(idempotencyKeys).where(isRef(ref));
  // The key was released between the two statements: the next request can claim it.
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

/** Deletes idempotency keys older than `KEPT_HOURS`. */
export const pruneIdempotencyKeys: Prune = async (db, limit) => {
  const { count } = await db.execute(sql`
    delete from idempotency_keys where (actor, route, key) in (
      select actor, route, key from idempotency_keys
      where claimed_at < now() - make_interval(hours => ${KEPT_HOURS}) limit ${limit})`);
  return count;
};
