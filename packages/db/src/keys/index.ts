export { createKey, type NewKey } from "./create-key.ts";
export { findKey, type KeyRow } from "./find-key.ts";
export { mayBring, NOT_TAKEN } from "./bring-key.ts";
export { listKeysMadeBy } from "./keys-of-member.ts";
export { listKeys } from "./list-keys.ts";
export { revokeKey } from "./revoke-key.ts";
export { rotateKey } from "./rotate-key.ts";
export { touchKey } from "./touch-key.ts";
