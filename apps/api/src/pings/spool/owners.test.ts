import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import { LastContact, SpoolOwners } from "./owners.ts";

/** Larger than any process id of Linux. */
const PID_NEVER = 9_999_999;

function aRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "overdue-owners-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function directory(root: string, { pid, host }: { pid: number; host: string }) {
  const id = randomUUID();
  const path = join(root, `1.${id}.${pid}.${host}`);
  mkdirSync(path);
  return { id, path };
}

const endedIn = (owners: SpoolOwners) => owners.ended().map(({ id }) => id);

test("a process of this machine has ended once nothing runs under its number, or this very process does", () => {
  const root = aRoot();
  const owners = new SpoolOwners(root, { id: randomUUID(), startedAt: 2 });
  owners.claim();
  const dead = directory(root, { pid: PID_NEVER, host: hostname() });
  const formerly = directory(root, { pid: process.pid, host: hostname() });
  directory(root, { pid: process.ppid, host: hostname() });
  mkdirSync(join(root, "lost+found"));
  expect(endedIn(owners).toSorted()).toEqual([dead.id, formerly.id].toSorted());
  owners.remove(owners.ended()[0] ?? owners.own);
  expect(endedIn(owners)).toHaveLength(1);
});

test("a process of another machine has ended once its directory stays untouched for half a minute, whatever the clocks say", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const root = aRoot();
  const owners = new SpoolOwners(root, { id: randomUUID(), startedAt: 2 });
  owners.claim();
  const [alive, dead] = ["other.example", "third.example"].map((host) => directory(root, { pid: 1, host }));
  for (let second = 0; second <= 32; second += 1) {
    expect(endedIn(owners)).toEqual(second > 30 ? [dead?.id] : []);
    // Its clock is an hour behind.
    utimesSync(alive?.path ?? "", second, Date.now() / 1_000 - 3_600 + second);
    vi.advanceTimersByTime(1_000);
  }
});

test("a process goes on from the last contact of the one before it", () => {
  const root = aRoot();
  const first = new LastContact(root);
  expect(first.isAlone).toBe(true);
  first.note(false);
  expect(readdirSync(root)).toEqual(["last-contact"]);
  const aMinuteAgo = Date.now() / 1_000 - 60;
  utimesSync(join(root, "last-contact"), aMinuteAgo, aMinuteAgo);
  const next = new LastContact(root);
  expect(next.isAlone).toBe(false);
  expect(Math.round(next.sinceMs / 10_000)).toBe(6);
  next.note(true);
  expect(new LastContact(root).isAlone).toBe(true);
});
