import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findBinaries } from "./binaries.ts";
import { asServerUser, giveToServerUser } from "./server-user.ts";

/** The major version of PostgreSQL that made a data directory, or null where none has been made yet. */
export function majorVersion(directory: string): number | null {
  const file = join(directory, "PG_VERSION");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : null;
}

/**
 * Makes a new data directory with page checksums, whose user `postgres` has the given password.
 *
 * It is made beside its place and moved there when whole, so that an interrupted first start leaves nothing
 * that looks like a database.
 */
export async function initialise(directory: string, password: string, flags: string[] = []): Promise<void> {
  const draft = `${directory}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  giveToServerUser(draft);
  await initdb(draft, password, flags);
  renameSync(draft, directory);
}

async function initdb(directory: string, password: string, flags: string[]): Promise<void> {
  const passwordFile = `${directory}.${randomBytes(8).toString("hex")}`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveToServerUser(passwordFile);
  const command = asServerUser(
    findBinaries().initdb,
    [`--pgdata=${directory}`, `--pwfile=${passwordFile}`, ...INITDB_FLAGS, ...flags],
    directory,
  );
  try {
    await promisify(execFile)(command.program, command.args, { ...command.identity, cwd: "/" });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  chmodSync(directory, 0o700);
}

// The built-in C.UTF-8 sorts the same on every machine, so an upgrade of the system's libc breaks no index.
const INITDB_FLAGS = [
  "--username=postgres",
  "--auth=scram-sha-256",
  "--data-checksums",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
];
