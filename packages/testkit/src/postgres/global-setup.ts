import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialise, startServer } from "@overdue/postgres";
import type { TestProject } from "vitest/node";

import { testCertificates } from "../fakes/certificates.ts";
import { createTemplate } from "./template.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The URL of the test server, without a database name. */
    postgresUrl: string;
    /** The file with the certificate authority of its certificate, which is for localhost and 127.0.0.1. */
    postgresAuthority: string;
  }
}

/**
 * Starts one real PostgreSQL for all test files of a run, with a migrated template database that each file copies. It accepts
 * connections with TLS and without. fsync is off, because no test crashes this server: those that crash one start their own.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-test-postgres-")));
  const server = await start(home);
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${server.port}`;
  await createTemplate(url);
  project.provide("postgresUrl", url);
  const authority = join(home, "authority.pem");
  writeFileSync(authority, testCertificates.authority);
  project.provide("postgresAuthority", authority);
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
  "ssl=on",
];

async function start(home: string) {
  const directory = join(home, "postgres");
  chmodSync(home, 0o755); // If the tests run as root, PostgreSQL runs as another user, who must be able to enter.
  await initialise(directory, PASSWORD, ["--no-sync"]);
  writeCertificate(directory);
  return startServer({ directory, logFile: join(home, "postgres.log"), settings: SETTINGS });
}

/** Writes the certificate where PostgreSQL looks for it. It refuses a key file that another user owns. */
function writeCertificate(directory: string): void {
  const { uid, gid } = statSync(directory);
  const { cert, key } = testCertificates.good;
  for (const [name, content] of Object.entries({ "server.crt": cert, "server.key": key })) {
    const file = join(directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    chownSync(file, uid, gid);
  }
}
