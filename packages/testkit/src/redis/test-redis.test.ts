import { once } from "node:events";
import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { redisMissing, testRedis } from "./test-redis.ts";

test.skipIf(redisMissing)("a test's Redis is empty and answers", async () => {
  const redis = await testRedis();
  if (!redis) throw new Error("no Redis");
  const socket = createConnection(Number(new URL(redis.url).port), "127.0.0.1");
  socket.write("DBSIZE\r\n");
  const [answer] = await once(socket, "data");
  expect(String(answer)).toBe(":0\r\n");
  socket.destroy();
  await redis.stop();
});
