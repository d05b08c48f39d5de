import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";

import { classifyDatabaseError } from "../database-problem.ts";
import { inTransaction, openPool } from "../database.ts";
import type { Pool, PoolClient } from "./pool.ts";

const database = await testDatabase();
await database.pool.query("create table marks (word text primary key)");
afterAll(database.drop);

function poolOf(options: Partial<Parameters<typeof openPool>[0]> = {}): Pool {
  const pool = openPool({ url: database.url, max: 2, name: "test", ...options });
  onTestFinished(() => pool.end());
  return pool;
}

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

async function pidOf(client: PoolClient | Pool): Promise<number> {
  const [row] = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return row?.pid ?? 0;
}

async function endSession(pid: number): Promise<void> {
  await database.pool.query("select pg_terminate_backend($1, 5000)", [pid]);
}

async function isMarked(word: string): Promise<boolean> {
  return (await database.pool.query("select from marks where word = $1", [word])).count === 1;
}

const mark = (client: PoolClient | Pool, word: string) =>
  client.query("insert into marks (word) values ($1)", [word]);

describe("a session", () => {
  test("is named in pg_stat_activity by its purpose", async () => {
    const rows = await poolOf({ name: "checker 7 deliver" }).query(
      "select application_name from pg_stat_activity where pid = pg_backend_pid()",
    );
    expect(rows).toEqual([{ application_name: "overdue checker 7 deliver" }]);
  });

  test("bounds each statement and each idle transaction", async () => {
    const rows = await poolOf({ statementTimeoutMs: 2_345 }).query(
      "select current_setting('statement_timeout') as one, current_setting('idle_in_transaction_session_timeout') as idle",
    );
    expect(rows).toEqual([{ one: "2345ms", idle: "10s" }]);
  });

  test("goes on after a statement that took too long", async () => {
    const pool = poolOf({ statementTimeoutMs: 100, max: 1 });
    const before = await pidOf(pool);
    expect(classifyDatabaseError(await errorOf(pool.query("select pg_sleep($1)", [5])))).toBe("slow");
    expect(await pidOf(pool)).toBe(before);
  });

  test("is not lent again in the middle of a transaction that a text of several statements began", async () => {
    const pool = poolOf({ max: 1 });
    expect(
      await errorOf(pool.query("begin; insert into marks values ('left'); select 1 / 0")),
    ).not.toBeNull();
    await mark(pool, "after a failed text");
    expect([await isMarked("left"), await isMarked("after a failed text")]).toEqual([false, true]);
  });

  test("keeps its advisory locks while it is lent, and loses them when it is given back as broken", async () => {
    const pool = poolOf();
    const holder = await pool.connect();
    await holder.query("select pg_advisory_lock(4711)");
    const isFree = async () => {
      const [row] = await pool.query<{ free: boolean }>("select pg_try_advisory_lock(4711) as free");
      return row?.free;
    };
    expect(await isFree()).toBe(false);
    holder.release(true);
    await vi.waitFor(async () => expect(await isFree()).toBe(true));
  });
});

describe("a session that ends", () => {
  test("between two statements of a transaction fails the next one, and nothing of it is kept", async () => {
    const pool = poolOf({ max: 1 });
    const work = inTransaction(pool, async (client) => {
      await mark(client, "before the end");
      await endSession(await pidOf(client));
      await wait(50);
      await mark(client, "after the end");
    });
    expect(classifyDatabaseError(await errorOf(work))).toBe("away");
    await mark(pool, "in another session");
    expect([await isMarked("before the end"), await isMarked("after the end")]).toEqual([false, false]);
    expect(await isMarked("in another session")).toBe(true);
  });

  test("during a statement of a transaction fails it, and the pool opens another one", async () => {
    const pool = poolOf({ max: 1 });
    const work = inTransaction(pool, async (client) => {
      const pid = await pidOf(client);
      await mark(client, "while it slept");
      setTimeout(() => void endSession(pid), 50);
      await client.query("select pg_sleep(5)");
    });
    expect(classifyDatabaseError(await errorOf(work))).toBe("away");
    expect(await isMarked("while it slept")).toBe(false);
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  test("takes along the statements that waited behind the one under way, instead of running them outside their transaction", async () => {
    const pool = poolOf({ max: 1 });
    const client = await pool.connect();
    const pid = await pidOf(client);
    await client.query("begin");
    const statements = [
      client.query("select pg_sleep($1)", [5]),
      mark(client, "sent behind it"),
      client.query("insert into marks select $1 || ' once more'", ["sent behind it"]),
      client.query("commit"),
    ].map(errorOf);
    setTimeout(() => void endSession(pid), 50);
    for (const error of await Promise.all(statements)) expect(classifyDatabaseError(error)).toBe("away");
    client.release();
    await pidOf(pool);
    await wait(200);
    expect([await isMarked("sent behind it"), await isMarked("sent behind it once more")]).toEqual([
      false,
      false,
    ]);
  });

  test("while nobody holds it is replaced before the next statement", async () => {
    const pool = poolOf({ max: 1 });
    await endSession(await pidOf(pool));
    await vi.waitFor(() => expect(pool.totalCount).toBe(0));
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  test("again and again, with all others, leaves no statement without an answer", async () => {
    const pool = poolOf({ max: 4 });
    const outcomes = { done: 0, away: 0, other: [] as unknown[] };
    let isWanted = true;
    const ask = async (i: number) => {
      for (let n = 0; isWanted; n += 1) {
        const work = inTransaction(pool, async (client) => {
          await client.query("select $1::int", [n]);
          await client.query(`select ${i} + $1`, [n]);
        });
        const error = await errorOf(work);
        if (error === null) outcomes.done += 1;
        else if (classifyDatabaseError(error) === "away") outcomes.away += 1;
        else outcomes.other.push(error);
      }
    };
    const askers = Array.from({ length: 12 }, (_, i) => ask(i));
    for (let cut = 0; cut < 30; cut += 1) {
      await wait(20);
      await database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
      );
    }
    isWanted = false;
    await Promise.all(askers);
    expect(outcomes.other).toEqual([]);
    expect(outcomes.away).toBeGreaterThan(10);
    expect(outcomes.done).toBeGreaterThan(10);
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  test("by a reset of the network, under way or idle, is replaced", async () => {
    const proxy = await openProxy(Number(new URL(database.url).port));
    const pool = poolOf({ url: proxiedUrl(proxy.port), max: 1 });
    await pidOf(pool);
    const underWay = errorOf(pool.query("select pg_sleep($1)", [5]));
    await wait(50);
    proxy.reset();
    expect(classifyDatabaseError(await underWay)).toBe("away");
    await pidOf(pool);
    proxy.reset();
    await vi.waitFor(async () => expect(await pidOf(pool)).toBeGreaterThan(0));
  });
});

describe("a pool", () => {
  test("lends no more sessions than it may have, and gives up waiting for one after 1.5 s", async () => {
    const pool = poolOf({ max: 1 });
    const client = await pool.connect();
    const startedAt = performance.now();
    expect(classifyDatabaseError(await errorOf(pool.query("select")))).toBe("away");
    expect(performance.now() - startedAt).toBeGreaterThan(1_400);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    client.release();
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  test("gives a freed session to the longest waiting caller", async () => {
    const pool = poolOf({ max: 1 });
    const client = await pool.connect();
    const order: number[] = [];
    const waiting = [1, 2, 3].map((n) => pool.query("select").then(() => order.push(n)));
    client.release();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  test("lends no session that is just being ended because it was idle for too long", async () => {
    const pool = poolOf();
    const client = await pool.connect();
    client.release();
    const ending = client.end();
    expect(await pool.query("select 1 as one")).toEqual([{ one: 1 }]);
    await ending;
  });

  test("opens a session for a waiting caller when a lent session ends", async () => {
    const pool = poolOf({ max: 1 });
    const client = await pool.connect();
    const pid = await pidOf(client);
    const waiting = pidOf(pool);
    await endSession(pid);
    expect(await waiting).not.toBe(pid);
    client.release();
  });

  test("tells within two seconds that a server takes connections and does not answer", async () => {
    const server = await listening(createServer(() => undefined));
    const pool = poolOf({ url: proxiedUrl(server.port), max: 1 });
    const startedAt = performance.now();
    expect(classifyDatabaseError(await errorOf(pool.query("select")))).toBe("away");
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  test("connects again once a server that was away is there", async () => {
    const proxy = await openProxy(Number(new URL(database.url).port));
    await proxy.close();
    const pool = poolOf({ url: proxiedUrl(proxy.port), max: 1 });
    for (let n = 0; n < 5; n += 1)
      expect(classifyDatabaseError(await errorOf(pool.query("select")))).toBe("away");
    await openProxy(Number(new URL(database.url).port), proxy.port);
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  test("refuses a wrong password by the server's own state", async () => {
    const url = new URL(database.url);
    url.password = "guess";
    const error = await errorOf(poolOf({ url: url.href }).query("select"));
    expect(error).toMatchObject({ code: "28P01" });
  });

  test("ends once what it lent was given back, and lends no more", async () => {
    const pool = openPool({ url: database.url, max: 2, name: "test" });
    const client = await pool.connect();
    await pidOf(pool);
    const order: string[] = [];
    const ended = pool.end().then(() => order.push("ended"));
    expect(classifyDatabaseError(await errorOf(pool.query("select")))).toBe("away");
    await client.query("select");
    order.push("given back");
    client.release();
    await ended;
    expect(order).toEqual(["given back", "ended"]);
    expect(pool.totalCount).toBe(0);
  });
});

/** Passes on so many pieces of what clients send, and of what the server answers, then breaks every connection off. */
async function openBreakingProxy(pieces: number, breakOff: (socket: Socket) => void) {
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(database.url).port), "127.0.0.1");
    upstream.on("error", () => undefined);
    let left = pieces;
    const pass = (from: Socket, to: Socket) =>
      from.on("data", (bytes) => {
        if (left-- > 0) return void to.write(bytes);
        breakOff(client);
        upstream.destroy();
      });
    pass(client, upstream);
    pass(upstream, client);
    client.on("close", () => upstream.destroy());
  });
  return await listening(server);
}

test.each([
  ["reset", (socket: Socket) => void socket.resetAndDestroy()],
  ["closed", (socket: Socket) => void socket.destroy()],
])(
  "a connection that is %s at any moment of a transaction leaves no statement without an end",
  async (_, breakOff) => {
    const ends = Array.from({ length: 16 }, async (_each, pieces) => {
      const { port } = await openBreakingProxy(pieces, breakOff);
      const pool = poolOf({ url: proxiedUrl(port) });
      const work = Array.from({ length: 4 }, () =>
        inTransaction(pool, async (client) => {
          await Promise.all([client.query("select 1"), client.query("select $1::int", [2])]);
          await client.query("select 3");
        }).then(
          () => "done",
          (error: unknown) => classifyDatabaseError(error),
        ),
      );
      return await Promise.all(work);
    });
    const seen = new Set((await Promise.all(ends)).flat());
    expect([...seen].filter((end) => end !== "done")).toEqual(["away"]);
  },
);

test.each([
  ["resets", (socket: Socket) => socket.resetAndDestroy()],
  ["closes", (socket: Socket) => socket.end()],
])(
  "a server that takes a connection and %s it at once fails the statement, and the next one once it is well",
  async (_, hangUp) => {
    const server = createServer(hangUp);
    const { port } = await listening(server);
    const pool = poolOf({ url: proxiedUrl(port), max: 1 });
    for (let count = 0; count < 3; count += 1)
      expect(classifyDatabaseError(await errorOf(pool.query("select")))).toBe("away");
    expect(pool.totalCount).toBe(0);
  },
);

function proxiedUrl(port: number): string {
  const url = new URL(database.url);
  url.port = String(port);
  return url.href;
}

async function listening(server: Server, port = 0): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, close };
}

/** Passes bytes on to the server, until it resets all connections as a failing network does. */
async function openProxy(serverPort: number, port = 0) {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    upstream.on("error", () => undefined);
    clients.add(client);
  });
  const { port: own, close } = await listening(server, port);
  const reset = () => {
    for (const client of clients) client.resetAndDestroy();
    clients.clear();
  };
  return { port: own, close, reset };
}
