export { answerKey, claimKey, type IdempotencyClaim, type IdempotencyRef, releaseKey } from "./claim-key.ts";
export { pruneIdempotencyKeys } from "./prune-idempotency-keys.ts";
