import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

import { answerKey, claimKey, type IdempotencyRef, releaseKey, seal, unseal } from "@overdue/db";
import type { MiddlewareHandler } from "hono";
import { z } from "zod";

import type { AppContext, AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

const KEY_CHARS_MAX = 255;
const LOOK_AGAIN_MS = 50;
const LOOKS_MAX = 200;

/** The header `Idempotency-Key`, for the OpenAPI document. */
export const IdempotencyHeader = z.object({
  "idempotency-key": z.string().min(1).max(KEY_CHARS_MAX).optional().meta({
    description:
      "Any text of your own, preferably a UUID. A request that repeats it within 24 hours gets the first response, and nothing is created twice.",
  }),
});

const Answer = z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });
const KEPT_HEADERS = ["content-type", "etag"];

/** Runs a creation with an Idempotency-Key at most once; a repeated request gets the stored response. */
export const idempotent: MiddlewareHandler<AppEnv> = async (c, next) => {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return await next();
  if (key === "" || key.length > KEY_CHARS_MAX)
    throw ApiError.invalid("Idempotency-Key", `Use 1 to ${KEY_CHARS_MAX} characters.`);
  const ref = { actor: actorId(c), route: `${c.req.method} ${c.req.path}`, key };
  const before = await findEarlierAnswer(c, ref);
  if (before !== null) return before;
  await next();
  await storeAnswer(c, ref);
};

/** Null where this request is the one to do the work. @throws 409, 422 */
async function findEarlierAnswer(c: AppContext, ref: IdempotencyRef): Promise<Response | null> {
  const { db, now, keyring } = c.var.deps;
  const bodyDigest = createHash("sha256")
    .update(await c.req.text())
    .digest("hex");
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const claim = await claimKey(db, ref, { bodyDigest, at: now() });
    if (claim.kind === "claimed") return null;
    if (claim.kind === "answered") return replay(unseal(keyring, sealedPlace(ref), claim.answer));
    if (claim.kind === "other-body")
      throw new ApiError(
        "idempotency_key_reused",
        "Idempotency-Key: this key came with another body before: use a new one.",
      );
    await wait(LOOK_AGAIN_MS);
  }
  throw new ApiError(
    "idempotency_in_progress",
    "The first request with this Idempotency-Key is still at work.",
  );
}

async function storeAnswer(c: AppContext, ref: IdempotencyRef): Promise<void> {
  const { db, keyring } = c.var.deps;
  if (!c.res.ok) return await releaseKey(db, ref);
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = c.res.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const answer: z.infer<typeof Answer> = {
    status: c.res.status,
    headers: Object.fromEntries(headers),
    body: await c.res.clone().text(),
  };
  await answerKey(db, ref, seal(keyring, sealedPlace(ref), JSON.stringify(answer)));
}

function replay(text: string): Response {
  const { status, headers, body } = Answer.parse(JSON.parse(text));
  return new Response(body, { status, headers: { ...headers, "idempotency-replayed": "true" } });
}

// The answer may hold a key that is shown once: it opens for this request and in this row alone.
function sealedPlace({ actor, route, key }: IdempotencyRef) {
  return { table: "idempotency_keys", column: "answer", rowId: `${actor} ${route} ${key}`, projectId: "" };
}

function actorId(c: AppContext): string {
  const { actor } = c.var;
  if (actor.kind === "nobody") throw new Error("A creation has an actor.");
  return actor.kind === "key" ? `key:${actor.keyId}` : `user:${actor.userId}`;
}
