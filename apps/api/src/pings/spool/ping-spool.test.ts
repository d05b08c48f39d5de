import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as slowly } from "node:timers/promises";

import type { ReceivedPing } from "@overdue/db";
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";

import { PingSpool } from "./ping-spool.ts";

/** Longer than new pings wait in memory for the end of replay. */
const SLOW_MS = 1_100;

function aPing(id: string): ReceivedPing {
  const record = { id, receivedAt: Date.now(), body: null, bodyCutAt: null, bodyBytes: 0, rid: null };
  const said = { kind: "success", method: "GET", exitStatus: null };
  const target = { kind: "uuid", pingUuid: "11111111-2222-4333-8444-555555555555" };
  return { target, record, said, host: null, digest: null } as unknown as ReceivedPing;
}

test("while the database stores slower than pings come, these are kept at once and wait for no end of replay", async () => {
  const directory = mkdtempSync(join(tmpdir(), "overdue-spool-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const log = pino({ level: "silent" });
  const owner = { id: randomUUID(), startedAt: Date.now() };
  const spool = new PingSpool({ directory, owner, bytesMax: 1_000_000, now: Date.now, log });
  const stored: string[] = [];
  const held = vi.fn<() => void>();
  const onEmpty = vi.fn<() => void>();
  let slow = 4;
  const store = async (arrivals: readonly ReceivedPing[]) => {
    const count = stored.push(...arrivals.map(({ record }) => record.id));
    // Others come while these are stored.
    if (count < 5) await spool.keep(aPing(`later ${count}`), true);
    if ((slow -= 1) > 0) await slowly(SLOW_MS);
  };
  spool.begin(Date.now());
  await spool.keep(aPing("first"), true);
  const done = () => Promise.resolve();
  const replayer = { begin: done, store, checkpoint: done, release: done, onEmpty, onHeld: held };
  await spool.heartbeat(Date.now(), replayer);
  await vi.waitFor(() => expect(onEmpty).toHaveBeenCalledTimes(1), { timeout: 20_000, interval: 20 });
  expect(stored).toEqual(["first", "later 1", "later 2", "later 3", "later 4"]);
  expect(held).toHaveBeenCalled();
  expect([spool.isActive, spool.bytes]).toEqual([false, 0]);
});

test("what is stored is not stored again when the database refuses the next part", async () => {
  const directory = mkdtempSync(join(tmpdir(), "overdue-spool-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const owner = { id: randomUUID(), startedAt: Date.now() };
  const log = pino({ level: "silent" });
  const spool = new PingSpool({ directory, owner, bytesMax: 1_000_000, now: Date.now, log });
  const stored: string[][] = [];
  const onEmpty = vi.fn<() => void>();
  const store = (arrivals: readonly ReceivedPing[]) => {
    stored.push(arrivals.map(({ record }) => record.id));
    return stored.length === 2 ? Promise.reject(new Error("a statement was canceled")) : Promise.resolve();
  };
  const done = () => Promise.resolve();
  const replayer = { begin: done, store, checkpoint: done, release: done, onEmpty, onHeld: () => undefined };
  const at = Date.now();
  spool.begin(at);
  for (let count = 0; count < 501; count += 1) await spool.keep(aPing(String(count)), true);
  await spool.heartbeat(at + 1_000, replayer);
  await vi.waitFor(() => expect(stored).toHaveLength(2), { timeout: 20_000, interval: 20 });
  await vi.waitFor(
    async () => {
      await spool.heartbeat(at + 1_001, replayer);
      expect(onEmpty).toHaveBeenCalledTimes(1);
    },
    { timeout: 20_000, interval: 20 },
  );
  expect(stored.map((ids) => ids.length)).toEqual([500, 1, 1]);
});
