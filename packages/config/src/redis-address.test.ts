import { expect, test } from "vitest";

import { readRedisAddress } from "./redis-address.ts";

test("one server keeps its URL, with what the client reads in it", () => {
  const url = "rediss://user:secret@redis.example.org:6380/2?family=6";
  expect(readRedisAddress(url)).toEqual({ kind: "single", url });
});

test("sentinels have the name of the primary, and an account of their own", () => {
  const url = "redis+sentinel://user:p%40ss@one:26380,two,[fd00::1]:1/main/3?sentinelPassword=s%26s";
  expect(readRedisAddress(url)).toEqual({
    kind: "sentinel",
    hosts: [
      { host: "one", port: 26_380 },
      { host: "two", port: 26_379 },
      { host: "fd00::1", port: 1 },
    ],
    tls: false,
    username: "user",
    password: "p@ss",
    name: "main",
    db: 3,
    sentinelPassword: "s&s",
  });
});

test("a cluster has some of its nodes, and may have a password without a name", () => {
  expect(readRedisAddress("rediss+cluster://:secret@one:7000,two")).toEqual({
    kind: "cluster",
    hosts: [
      { host: "one", port: 7_000 },
      { host: "two", port: 6_379 },
    ],
    tls: true,
    username: null,
    password: "secret",
  });
});

test.each([
  "redis+sentinel://one:26379",
  "redis+sentinel://one:26379/main/three",
  "redis+sentinel://one:26379/main/1/2",
  "redis+cluster://one:6379/1",
  "redis+cluster://one:6379,",
  "redis+cluster://one:99999",
  "redis+cluster://one two",
  "redis+cluster://",
  "redis+other://one:6379",
  "localhost:6379",
  "",
])("%j is none of the forms", (text) => {
  expect(readRedisAddress(text)).toBeNull();
});
