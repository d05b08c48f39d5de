export { testDatabase } from "./postgres/test-database.ts";
export type { TestDatabase } from "./postgres/test-database.ts";
export { redisMissing, testRedis } from "./redis/test-redis.ts";
export type { TestRedis } from "./redis/test-redis.ts";
