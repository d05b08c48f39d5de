import { randomUUID } from "node:crypto";

import { Session } from "@overdue/db";
import { aCheck, anArrival, testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { expect, inject, onTestFinished, test } from "vitest";

import { createClock } from "./clock.ts";
import { Ingest } from "./ingest.ts";
import { lacksRoom, Room } from "./room.ts";

test.each([
  ["pings are taken while there is a little room", false, 40e6, false],
  ["pings are refused before the database could fail", false, 20e6, true],
  ["pings that were refused are not taken again at the first megabyte that is free", true, 40e6, true],
  ["pings are taken again once there is clearly room", true, 70e6, false],
])("%s", (_, didLack, freeBytes, expected) => {
  expect(lacksRoom(didLack, freeBytes)).toBe(expected);
});

test("where the database is on another disk, the room on this one says nothing about pings", () => {
  const pool = { query: () => Promise.reject(new Error("not asked")) };
  expect(new Room({ pool: pool as never, directory: null }).problem).toBeNull();
});

const DISK_FULL = `
  create function no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
  create function no_room_for_tables() returns event_trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
  create trigger full_disk before insert on pings for each row execute function no_room();
  create event trigger full_disk on ddl_command_start when tag in ('CREATE TABLE') execute function no_room_for_tables();`;

test("while the database has no room for pings, no heartbeat says that all was received, though its own row could be changed", async () => {
  const database = await testDatabase();
  onTestFinished(database.drop);
  const { pool } = database;
  const name = new URL(database.url).pathname;
  const administrator = new Session({ url: `${inject("postgresUrl")}${name}`, name: "test" });
  onTestFinished(() => administrator.end());
  const ingest = new Ingest({
    pool,
    receiverId: randomUUID(),
    clock: createClock(),
    log: pino({ level: "silent" }),
  });
  const checkpoint = async () => {
    const rows = await pool.query<{ at: Date }>("select checkpoint_at as at from receivers");
    return rows[0]?.at;
  };
  const check = await aCheck(pool);
  await ingest.heartbeat();
  await ingest.record(anArrival(check, Date.now()));
  await administrator.query(DISK_FULL);
  const before = await checkpoint();
  await expect(ingest.record(anArrival(check, Date.now()))).rejects.toThrow("The ping could not be stored.");
  await ingest.heartbeat();
  expect(await checkpoint()).toEqual(before);
  await administrator.query("drop event trigger full_disk; drop trigger full_disk on pings");
  await ingest.heartbeat();
  expect(await checkpoint()).not.toEqual(before);
  await expect(ingest.record(anArrival(check, Date.now()))).resolves.toMatchObject({ kind: "recorded" });
});
