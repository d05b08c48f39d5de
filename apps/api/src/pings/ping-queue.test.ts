import { expect, test } from "vitest";

import { PingQueue, TargetKeys } from "./ping-queue.ts";

const LIMITS = { count: 3, bytes: 100 };

function queueOf(...items: readonly (readonly [key: string, bytes: number])[]) {
  const queue = new PingQueue<{ key: string; bytes: number }>();
  for (const [key, bytes] of items) queue.push({ key, bytes });
  return queue;
}

const keysOf = (batch: ReadonlyMap<number, { key: string }>) => [...batch.values()].map(({ key }) => key);

test("a batch takes the oldest items, several of one key among them, up to its count", () => {
  const queue = queueOf(["a", 1], ["b", 1], ["a", 1], ["c", 1]);
  expect(keysOf(queue.take(LIMITS))).toEqual(["a", "b", "a"]);
  expect(queue.size).toBe(1);
});

test("a batch ends before the item that makes it too large, and one item alone may be larger", () => {
  const queue = queueOf(["a", 60], ["b", 60], ["c", 500]);
  expect([1, 2, 3].map(() => keysOf(queue.take(LIMITS)))).toEqual([["a"], ["b"], ["c"]]);
});

test("an item whose key is under way waits for that batch, and later ones of other keys go before it", () => {
  const queue = queueOf(["a", 1]);
  const first = queue.take(LIMITS);
  queue.push({ key: "a", bytes: 1 });
  queue.push({ key: "b", bytes: 1 });
  expect(keysOf(queue.take(LIMITS))).toEqual(["b"]);
  expect(queue.take(LIMITS).size).toBe(0);
  queue.done(first);
  expect(keysOf(queue.take(LIMITS))).toEqual(["a"]);
});

test("a heartbeat waits for all that came before it, whatever order the batches end in, and for nothing else", () => {
  const queue = queueOf(["a", 1]);
  const first = queue.take(LIMITS);
  queue.push({ key: "b", bytes: 1 });
  const heartbeatAfter = queue.last;
  const second = queue.take(LIMITS);
  queue.push({ key: "c", bytes: 1 });
  expect(queue.isDoneUpTo(heartbeatAfter)).toBe(false);
  queue.done(second);
  expect(queue.isDoneUpTo(heartbeatAfter)).toBe(false);
  queue.done(first);
  expect(queue.isDoneUpTo(heartbeatAfter)).toBe(true);
});

test("an item that nobody waits for any more is dropped, and a heartbeat after it waits no longer", () => {
  const queue = queueOf(["a", 1], ["b", 2]);
  queue.dropWhile(({ bytes }) => bytes === 1);
  expect(queue.isDoneUpTo(1)).toBe(true);
  expect(keysOf(queue.take(LIMITS))).toEqual(["b"]);
});

test("a slug counts as its check's own address once a ping has found it", () => {
  const keys = new TargetKeys();
  const slug = { kind: "slug", pingKey: "key", slug: "backup", create: false } as const;
  expect(keys.checkKey(slug)).not.toBe("secret");
  keys.learn(slug, {
    kind: "recorded",
    projectId: "p",
    checkId: "c",
    pingUuid: "secret",
    created: false,
    ignoredBecause: null,
  });
  expect(keys.checkKey(slug)).toBe(keys.checkKey({ kind: "uuid", pingUuid: "secret" }));
});
