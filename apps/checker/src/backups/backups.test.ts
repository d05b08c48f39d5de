import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { verifyBackup } from "@overdue/backup";
import { claimBackup, forgetBackupCheck, openDb, readProblems } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";

import { makeBackup } from "./make-backup.ts";
import { lastDueAt } from "./start-backups.ts";

// The check of the backups belongs to the instance: each test begins without it.
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);
beforeEach(() => forgetBackupCheck(db));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "overdue-test-backups-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const make = (directory: string, keep = 7) =>
  makeBackup({
    pool,
    directUrl: database.url,
    settings: { directory, keep, time: "03:15", recipients: [], passphraseFile: null },
    secretKeys: ["s".repeat(40)],
  });

const warnings = async () => (await readProblems(pool)).warnings.join(" ");

async function pingsOfCheck(): Promise<string[]> {
  const rows = await pool.query<{ kind: string }>(
    `select p.kind from pings p join instance_facts f on f.name = 'backup-check' and f.value::uuid = p.check_id
      order by p.number`,
  );
  return rows.map(({ kind }) => kind);
}

test("a backup pings its check with its start and its end, and the file is whole", async () => {
  const folder = newFolder();
  expect(await make(folder)).toMatchObject({ ok: true });
  const [name = ""] = readdirSync(folder);
  expect((await verifyBackup(join(folder, name), null)).header.secretKey).toBeUndefined();
  expect(await pingsOfCheck()).toEqual(["start", "success"]);
  expect(await warnings()).not.toContain("backup");
});

test("only the newest are kept, and files of others stay", async () => {
  const folder = newFolder();
  for (const day of ["01", "02", "03"])
    writeFileSync(join(folder, `overdue-2026-11-${day}T03-15-00Z.sql.zst`), "");
  writeFileSync(join(folder, "mine.sql.zst"), "");
  await make(folder, 2);
  const names = readdirSync(folder).toSorted();
  expect(names).toHaveLength(3);
  expect(names).toEqual(expect.arrayContaining(["mine.sql.zst", "overdue-2026-11-03T03-15-00Z.sql.zst"]));
});

test("one that fails is a failure of its check, deletes no other, and the operators are notified why until one succeeds", async () => {
  const folder = newFolder();
  const occupied = join(folder, "file");
  writeFileSync(occupied, "");
  expect(await make(occupied)).toMatchObject({ ok: false });
  expect(await pingsOfCheck()).toEqual(["start", "fail"]);
  expect(await warnings()).toMatch(/The backup of \d{4}-\d\d-\d\d \d\d:\d\d UTC failed: EEXIST/);
  await make(folder);
  expect(await warnings()).not.toContain("backup");
});

test("one that is missing makes its check go down, of which the operators are notified", async () => {
  await make(newFolder());
  await pool.query(
    "update checks set status = 'down' where id = (select value::uuid from instance_facts where name = 'backup-check')",
  );
  expect(await warnings()).toContain("The daily backup is missing: the newest is that of");
});

test("is claimed by one process for each day", async () => {
  const dueAt = new Date(Date.now() - 1_000);
  const claims = await Promise.all([claimBackup(db, dueAt), claimBackup(db, dueAt), claimBackup(db, dueAt)]);
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await claimBackup(db, dueAt)).toBe(false);
  expect(await claimBackup(db, new Date(Date.now() + 1_000))).toBe(true);
});

test.each([
  ["2026-12-01T03:15:00.000Z", "2026-12-01T03:15:00.000Z"],
  ["2026-12-01T03:14:59.999Z", "2026-11-30T03:15:00.000Z"],
  ["2026-12-01T23:00:00.000Z", "2026-12-01T03:15:00.000Z"],
])("at %s the newest was due at %s", (now, due) => {
  expect(lastDueAt("03:15", Date.parse(now)).toISOString()).toBe(due);
});
