import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { createUser, openDb, openPool, readProblems, Session } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";
import { testDatabase } from "@overdue/testkit";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";

import { descendants } from "../test/processes.ts";
import { dataDirectory, start, type Started, urlOf, usedDataDirectory } from "../test/start.ts";
import { dataFiles } from "./data/data-directory.ts";
import { embeddedUrl } from "./database/embedded.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PATIENCE = { timeout: 60_000, interval: 50 };

let used: Awaited<ReturnType<typeof usedDataDirectory>>;
beforeAll(async () => {
  used = await usedDataDirectory();
});
afterAll(() => used.remove());

test("a first start prints one URL with a token; a later start takes up where it stopped", async () => {
  const dataDir = dataDirectory();
  const first = start(dataDir);
  const { url, token } = await urlOf(first);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(first.output().match(/http:/g)).toHaveLength(1);
  expect((await ask(url)).tables).toBeGreaterThan(10);
  await remember(dataDir, "kept");
  const secrets = readSecrets(dataDir);
  await stops(first);

  const second = start(dataDir);
  await urlOf(second);
  expect(await recall(dataDir)).toBe("kept");
  expect(readSecrets(dataDir)).toEqual(secrets);
  await stops(second);
  expect(findPostmaster(dataFiles(dataDir).postgres)).toBeNull();
});

test("a second start on the same data directory says so and ends; the first runs on", async () => {
  const dataDir = used.copy();
  const first = start(dataDir);
  const { url } = await urlOf(first);
  const second = start(dataDir);
  expect(await second.exit).toBe(1);
  expect(second.output()).toBe(
    `Overdue already runs on this data directory at ${url} (process ${first.process.pid}).`,
  );
  expect((await ask(url)).tables).toBeGreaterThan(10);
});

describe("after kill -9", () => {
  test("of the supervisor and of what cleans up after it, a start recovers the database that was left running", async () => {
    const dataDir = used.copy();
    const first = start(dataDir);
    const { url } = await urlOf(first);
    await remember(dataDir, "committed");
    const orphan = findPostmaster(dataFiles(dataDir).postgres);
    const supervisor = first.process.pid ?? 0;
    for (const { pid, commandLine } of descendants(supervisor))
      if (commandLine.includes("overdue-cleanup")) process.kill(pid, "SIGKILL");
    first.process.kill("SIGKILL");
    await first.exit;
    await untilRefused(url);
    expect(findPostmaster(dataFiles(dataDir).postgres)).toEqual(orphan);

    await urlOf(start(dataDir));
    expect(await recall(dataDir)).toBe("committed");
    expect(findPostmaster(dataFiles(dataDir).postgres)?.pid).not.toBe(orphan?.pid);
  });

  test("of everything, a stale pid file is no obstacle, not even with a number that lives again", async () => {
    const dataDir = used.copy();
    const { postgres } = dataFiles(dataDir);
    const first = start(dataDir);
    await urlOf(first);
    await remember(dataDir, "committed");
    first.process.kill("SIGKILL");
    process.kill(findPostmaster(postgres)?.pid ?? 0, "SIGKILL");
    await first.exit;
    const stale = readFileSync(join(postgres, "postmaster.pid"), "utf8");
    writeFileSync(join(postgres, "postmaster.pid"), stale.replace(/^\d+/, String(process.pid)));

    await urlOf(start(dataDir));
    expect(await recall(dataDir)).toBe("committed");
  });
});

test("api and database are started again when they die, the database on its port", async () => {
  const dataDir = used.copy();
  const started = start(dataDir);
  const { url } = await urlOf(started);
  const before = await ask(url);
  await fetch(`${url}/crash`).catch(() => undefined);
  expect(await started.waitForLine("api ended (exit status 3)")).toBeDefined();
  expect((await untilAnswered(url)).pid).not.toBe(before.pid);

  const postmaster = findPostmaster(dataFiles(dataDir).postgres);
  process.kill(postmaster?.pid ?? 0, "SIGKILL");
  expect(await started.waitForLine("The database ended")).toBeDefined();
  expect((await untilAnswered(url)).tables).toBeGreaterThan(10);
  expect(findPostmaster(dataFiles(dataDir).postgres)?.port).toBe(postmaster?.port);
});

// One start for both, since what takes long is to wait for their signs of life.
test("an api and a checker that hang are replaced, which the terminal and the operator page say", async () => {
  const dataDir = used.copy();
  const started = start(dataDir);
  const { url } = await urlOf(started);
  const before = await vi.waitUntil(async () => {
    const answer = await ask(url);
    return answer.livenessChecks > 0 && answer;
  }, 10_000);
  const checker = descendants(started.process.pid ?? 0).find(({ commandLine }) =>
    commandLine.includes("checker-stand-in"),
  );
  // Until its first sign of life it would get five minutes.
  const log = join(dataFiles(dataDir).logs, "checker.log");
  await vi.waitUntil(
    () => existsSync(log) && readFileSync(log, "utf8").includes("first sign of life"),
    PATIENCE,
  );
  process.kill(checker?.pid ?? 0, "SIGSTOP");
  await fetch(`${url}/hang`, { signal: AbortSignal.timeout(200) }).catch(() => undefined);
  for (const program of ["api", "checker"])
    expect(await started.waitForLine(`${program} ended (no answer for 10 s); it starts again`)).toBeDefined();
  expect((await untilAnswered(url)).pid).not.toBe(before.pid);
  await vi.waitFor(async () =>
    expect(await problems(dataDir)).toEqual([
      expect.stringMatching(/^The api was started again once lately, the last time at .* UTC: no answer for/),
      expect.stringMatching(/^The checker was started again once lately, .* UTC: no answer for/),
    ]),
  );
});

test("a database that somebody asked to end when its clients have ended is started again", async () => {
  const dataDir = used.copy();
  const started = start(dataDir);
  const { url } = await urlOf(started);
  await ask(url);
  process.kill(findPostmaster(dataFiles(dataDir).postgres)?.pid ?? 0, "SIGTERM");
  expect(await started.waitForLine("The database ended")).toBeDefined();
  expect((await untilAnswered(url)).tables).toBeGreaterThan(10);
});

test("one Ctrl-C that arrives several times ends it in order; a later one ends it at once", async () => {
  const dataDir = used.copy();
  const gentle = start(dataDir);
  await urlOf(gentle);
  gentle.process.kill("SIGINT");
  gentle.process.kill("SIGTERM");
  expect(await gentle.exit).toBe(0);

  const stubborn = start(dataDir, { STUBBORN: "yes" });
  await urlOf(stubborn);
  const insisting = setInterval(() => stubborn.process.kill("SIGTERM"), 100);
  expect(await stubborn.exit).toBe(1);
  clearInterval(insisting);
  await untilStopped(dataFiles(dataDir).postgres);
});

test("the database of another major version gets a sentence, and stays as it is", async () => {
  const dataDir = dataDirectory();
  const { postgres, postgresPassword } = dataFiles(dataDir);
  mkdirSync(postgres, { recursive: true });
  writeFileSync(postgresPassword, "p".repeat(43));
  writeFileSync(join(postgres, "PG_VERSION"), "17\n");
  writeFileSync(join(postgres, "precious"), "data");
  const started = start(dataDir);
  expect(await started.exit).toBe(1);
  expect(started.output()).toContain(
    "was made by PostgreSQL 17, and this Overdue brings 18. Nothing was changed",
  );
  expect(readFileSync(join(postgres, "precious"), "utf8")).toBe("data");
});

test("an unknown variable stops the start before anything is made", async () => {
  const dataDir = dataDirectory();
  const started = start(dataDir, { SMTP_PORT: "25" });
  expect(await started.exit).toBe(1);
  expect(started.output()).toMatch(/^SMTP_PORT is not a variable of Overdue; .*\.$/);
  expect(existsSync(dataDir)).toBe(false);
});

test("a port that another program has is named", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const started = start(dataDirectory(), { PORT: String(port) });
  expect(await started.exit).toBe(1);
  expect(started.output()).toBe(`Port ${port} is taken by another program; set PORT to a free one.`);
  other.close();
});

test("DATABASE_URL uses that server, and the bootstrap variables make the account", async () => {
  const database = await testDatabase();
  const dataDir = dataDirectory();
  const started = start(dataDir, {
    DATABASE_URL: database.url,
    BOOTSTRAP_EMAIL: "me@example.org",
    BOOTSTRAP_PASSWORD: "correct horse battery",
    BOOTSTRAP_PING_KEY: "ping-key-of-mine",
  });
  expect((await urlOf(started)).token).toBeNull();
  expect(existsSync(dataFiles(dataDir).postgres)).toBe(false);
  const rows = await database.pool.query("select u.email, p.ping_key from users u, projects p");
  expect(rows).toEqual([{ email: "me@example.org", ping_key: "ping-key-of-mine" }]);
  await stops(started);
  await database.drop();
});

test("a bootstrap password that is too easy stops the first start, and does no harm once there is an account", async () => {
  const database = await testDatabase();
  const variables = { DATABASE_URL: database.url, BOOTSTRAP_EMAIL: "me@example.org" };
  const refused = start(dataDirectory(), { ...variables, BOOTSTRAP_PASSWORD: "short" });
  expect(await refused.exit).toBe(1);
  expect(refused.output()).toContain("BOOTSTRAP_PASSWORD: Use at least 12 characters.");
  await createUser(openDb(database.pool), { email: "me@example.org", passwordHash: "x" });
  const started = start(dataDirectory(), { ...variables, BOOTSTRAP_PASSWORD: "short" });
  expect((await urlOf(started)).token).toBeNull();
  await stops(started);
  await database.drop();
});

test("a DATABASE_URL that cannot be used is named, without its password", async () => {
  const server = new URL(inject("postgresUrl"));
  server.password = "not-the-password";
  const started = start(dataDirectory(), { DATABASE_URL: server.href });
  expect(await started.exit).toBe(1);
  expect(started.output()).toMatch(/^The server of DATABASE_URL cannot be used: .*\.$/);
  expect(started.output()).not.toContain("not-the-password");
});

async function stops(started: Started): Promise<void> {
  started.process.kill("SIGTERM");
  expect(await started.exit).toBe(0);
}

function readSecrets(dataDir: string): { text: string; mode: number }[] {
  const { secretKey, postgresPassword } = dataFiles(dataDir);
  const secrets = [secretKey, postgresPassword].map((file) => ({
    text: readFileSync(file, "utf8"),
    mode: statSync(file).mode & 0o777,
  }));
  expect(secrets.map(({ mode }) => mode)).toEqual([0o600, 0o600]);
  expect(new Set(secrets.map(({ text }) => text)).size).toBe(2);
  return secrets;
}

type Answer = { pid: number; tables: number; livenessChecks: number };

async function ask(url: string): Promise<Answer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as Answer;
}

async function untilAnswered(url: string): Promise<Answer> {
  try {
    return await ask(url);
  } catch {
    await wait(50);
    return untilAnswered(url);
  }
}

async function untilRefused(url: string): Promise<void> {
  const isUp = await fetch(url).then(
    () => true,
    () => false,
  );
  if (isUp) await wait(50).then(() => untilRefused(url));
}

async function untilStopped(directory: string): Promise<void> {
  if (findPostmaster(directory)) await wait(50).then(() => untilStopped(directory));
}

async function remember(dataDir: string, word: string): Promise<void> {
  await withDatabase(dataDir, (session) =>
    session.query("insert into instance_facts (name, value) values ('test', $1)", [word]),
  );
}

async function recall(dataDir: string): Promise<string | undefined> {
  const rows = await withDatabase(dataDir, (session) =>
    session.query<{ value: string }>("select value from instance_facts where name = 'test'"),
  );
  return rows[0]?.value;
}

async function problems(dataDir: string): Promise<string[]> {
  const files = dataFiles(dataDir);
  const url = embeddedUrl(files, findPostmaster(files.postgres)?.port ?? 0);
  const pool = openPool({ url, max: 1, name: "test" });
  try {
    return (await readProblems(pool)).warnings;
  } finally {
    await pool.end();
  }
}

async function withDatabase<T>(dataDir: string, work: (session: Session) => Promise<T>): Promise<T> {
  const files = dataFiles(dataDir);
  const port = findPostmaster(files.postgres)?.port ?? 0;
  const session = new Session({ url: embeddedUrl(files, port), name: "test" });
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
