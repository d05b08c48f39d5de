import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialise, startServer } from "@overdue/postgres";
import type { TestProject } from "vitest/node";
import { createTemplate } from "./template.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The URL of the test server, without a database's name at its end. */
    postgresUrl: string;
  }
}

/**
 * Starts one real PostgreSQL for all test files of a run, with a migrated template database that each file
 * copies. It does not wait for disks: no test pulls the plug of this one.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-test-postgres-")));
  const server = await start(home);
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${server.port}`;
  await createTemplate(url);
  project.provide("postgresUrl", url);
  return async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  };
}

const PASSWORD = "test";
const SETTINGS = [
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "max_connections=300",
  "autovacuum=off",
];

async function start(home: string) {
  const directory = join(home, "postgres");
  chmodSync(home, 0o755); // Run as root, the server is another user.
  await initialise(directory, PASSWORD, ["--no-sync"]);
  return startServer({ directory, logFile: join(home, "postgres.log"), settings: SETTINGS });
}
