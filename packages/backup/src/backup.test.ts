import { randomBytes, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

import { commitCheckpoint, noteProblem, openDb, readProblems, Session } from "@overdue/db";
import { alertScene, testDatabase } from "@overdue/testkit";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";

import { restoreBackup, verifyBackup, writeBackup } from "./index.ts";

const database = await testDatabase();
const db = openDb(database.pool);
const folder = mkdtempSync(join(tmpdir(), "overdue-test-backup-"));
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const newFile = () => join(folder, `${randomUUID()}.sql.zst`);
const write = (options: Partial<Parameters<typeof writeBackup>[0]> = {}) => {
  const file = newFile();
  return writeBackup({ url: database.url, file, seal: null, secretKey: null, ...options }).then((backup) => ({
    ...backup,
    file,
  }));
};

/** An empty database on the server of the tests. */
async function emptyDatabase(): Promise<string> {
  const name = `restored_${randomBytes(6).toString("hex")}`;
  const run = async (statement: string) => {
    const session = new Session({ url: `${inject("postgresUrl")}/postgres`, name: "test" });
    await session.query(statement);
    await session.end();
  };
  await run(`create database ${name}`);
  onTestFinished(() => run(`drop database ${name} with (force)`));
  return `${inject("postgresUrl")}/${name}`;
}

/** The rows of each table as text, in an order of their own. */
async function contentsOf(url: string, ignored: readonly string[] = []): Promise<Record<string, string>> {
  const session = new Session({ url, name: "test" });
  const tables = await session.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname",
  );
  const contents: Record<string, string> = {};
  for (const { name } of tables.filter((table) => !ignored.includes(table.name))) {
    const [row] = await session.query<{ rows: string }>(
      `select coalesce(string_agg(t::text, E'\\n' order by t::text), '') as rows from "${name}" t`,
    );
    contents[name] = row?.rows ?? "";
  }
  await session.end();
  return contents;
}

const ODD = 'a "quoted" \\. one\\N\n\\.\nwith\ttabs, lines\r and 😀';

beforeAll(async () => {
  const scene = await alertScene(db, { kind: "webhook", settings: {} });
  await scene.down();
  await noteProblem(db, "mail", ODD);
  await commitCheckpoint(database.pool, {
    receiverId: randomUUID(),
    startedAt: Date.now(),
    acceptedAt: Date.now(),
  });
  await database.pool.query(
    `insert into pings (id, check_id, project_id, number, received_at, kind, scheme, method, body)
      select uuidv7(), c.id, c.project_id, 1000 + n, now(), 'success', 'https', 'GET', convert_to(repeat(chr(92) || '.' || chr(10), 200), 'UTF8')
      from checks c, generate_series(1, 2000) n limit 2000`,
  );
});

describe("a backup", () => {
  test("that is restored into an empty database has the same rows in every table", async () => {
    const backup = await write();
    expect(backup).toMatchObject({ isRead: true });
    const url = await emptyDatabase();
    const restored = await restoreBackup({ url, file: backup.file, opening: null });
    expect(restored.rows).toBe(backup.rows);
    // What a restore settles: alerts that waited, and receivers that are not there any more.
    const ignored = ["deliveries", "instance_facts", "incidents", "receivers"];
    expect(await contentsOf(url, ignored)).toEqual(await contentsOf(database.url, ignored));
  });

  test("is one snapshot of a database that is written to meanwhile", async () => {
    const table = "instance_facts";
    let isWanted = true;
    const writing = (async () => {
      for (let n = 0; isWanted; n += 1)
        await database.pool.query(
          "with one as (insert into instance_facts (name, value) values ($1, '') returning name) insert into mail_receipts (digest) select convert_to(name, 'UTF8') from one",
          [`pair ${n}`],
        );
    })();
    const backup = await write();
    isWanted = false;
    await writing;
    const text = zstdDecompressSync(readFileSync(backup.file)).toString("utf8");
    const pairs = text.match(/^pair \d+\t/gm)?.length ?? 0;
    const receipts = /COPY "mail_receipts"[^\n]*\n(.*?)\\\.\n/s.exec(text)?.[1]?.match(/\n/g)?.length ?? 0;
    expect([table, pairs]).toEqual([table, receipts]);
  });

  test("is readable by psql's rules: every table's rows end with a line of their own", async () => {
    const { file } = await write();
    const text = zstdDecompressSync(readFileSync(file)).toString("utf8");
    expect(text).toMatch(/^COPY "checks" \("id",.*\) FROM stdin;$/m);
    expect(text.match(/^\\\.$/gm)?.length).toBe(text.match(/^COPY /gm)?.length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["one byte is another", (file: string) => flip(file, 0.5)],
    ["its end is missing", (file: string) => truncateSync(file, Math.floor(statSync(file).size * 0.9))],
    ["it is empty", (file: string) => writeFileSync(file, "")],
    ["it is something else", (file: string) => writeFileSync(file, "select 1;\n")],
  ])("of which %s is refused, and nothing is restored", async (_, damage) => {
    const { file } = await write();
    damage(file);
    await expect(verifyBackup(file, null)).rejects.toThrow(/backup/);
    const url = await emptyDatabase();
    await expect(restoreBackup({ url, file, opening: null })).rejects.toThrow(/backup/);
    expect(await contentsOf(url)).toEqual({});
  });

  test("that cannot be written leaves no file", async () => {
    const file = join(folder, "missing", "x.sql.zst");
    await expect(writeBackup({ url: database.url, file, seal: null, secretKey: null })).rejects.toThrow(
      "ENOENT",
    );
    expect(existsSync(file)).toBe(false);
  });

  test("is not restored into a database that holds something", async () => {
    const { file } = await write();
    await expect(restoreBackup({ url: database.url, file, opening: null })).rejects.toThrow(
      "The database is not empty, and nothing in it was changed.",
    );
  });
});

describe("an encrypted backup", () => {
  // The key of a passphrase costs some seconds of computing each time, which is its purpose.
  test("opens with its passphrase and no other, and keeps the secret key", async () => {
    const { file, isRead } = await write({ seal: { passphrase: "right" }, secretKey: "s".repeat(40) });
    expect(isRead).toBe(true);
    expect(readFileSync(file).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
    await expect(verifyBackup(file, { passphrase: "wrong" })).rejects.toThrow("another passphrase");
    expect((await verifyBackup(file, { passphrase: "right" })).header.secretKey).toBe("s".repeat(40));
  }, 120_000);

  test("for a key is written without it, and opens with it", async () => {
    const identity = await generateX25519Identity();
    const { file, isRead, rows } = await write({
      seal: { recipients: [await identityToRecipient(identity)] },
    });
    expect(isRead).toBe(false);
    expect((await verifyBackup(file, { identities: [identity] })).totals.rows).toBe(rows);
    const url = await emptyDatabase();
    expect((await restoreBackup({ url, file, opening: { identities: [identity] } })).rows).toBe(rows);
    await expect(verifyBackup(file, null)).rejects.toThrow("name its passphrase with --passphrase-file");
    flip(file, 0.7);
    await expect(verifyBackup(file, { identities: [identity] })).rejects.toThrow("was changed");
  });
});

describe("after a restore", () => {
  test("no message that waited is sent again by itself, and the operator reads why", async () => {
    const { file } = await write();
    const url = await emptyDatabase();
    const { notSentAgain } = await restoreBackup({ url, file, opening: null });
    expect(notSentAgain).toBeGreaterThan(0);
    const session = new Session({ url, name: "test" });
    onTestFinished(() => session.end());
    expect(await session.query("select from deliveries where state <> 'failed'")).toHaveLength(0);
    expect(
      await session.query(
        "select from incidents where resolved_at is null and wake_at < now() + interval '14 minutes'",
      ),
    ).toHaveLength(0);
    const [fact] = await session.query<{ value: string }>(
      "select value from instance_facts where name = 'restored'",
    );
    expect(fact?.value).toMatch(
      /^Overdue was restored at .* UTC from a backup of .* UTC; .* “Dead letters”\.$/,
    );
  });

  test("the schema of an older backup is brought up to date", async () => {
    const { file } = await write();
    const text = zstdDecompressSync(readFileSync(file)).toString("utf8");
    expect(text).toContain('"migratedTo"');
    expect((await readProblems(database.pool)).warnings.join()).toContain("quoted");
  });
});

/** Changes one byte at a part of the file. */
function flip(file: string, part: number): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length * part);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}
