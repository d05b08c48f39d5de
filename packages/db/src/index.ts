export { openDb, openPool, type Db, type Pool, type Tx } from "./database.ts";
export { migrate } from "./migrate.ts";
export { derive, keyringOf, seal, unseal, type Keyring, type Place } from "./secrets/keyring.ts";
export { isKey, newApiKey, newPingKey, storedKey, type KeyScope } from "./secrets/api-key.ts";
export * from "./checks/index.ts";
export * from "./keys/index.ts";
export * from "./projects/index.ts";
export * as schema from "./schema/index.ts";
export { dropSetupToken, hasAccount, isSetupToken, newSetupToken } from "./installation/setup-token.ts";
