import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { findBinaries } from "./binaries.ts";

/** The major version of PostgreSQL that created a data directory; null if there is none yet. */
export function majorVersion(directory: string): number | null {
  const file = join(directory, "PG_VERSION");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : null;
}

/**
 * Creates a data directory with page checksums, whose user `postgres` has the given password.
 *
 * It is created beside its final place and moved there when complete, so that an interrupted first start leaves
 * nothing that looks like a database.
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

// The built-in C.UTF-8 sorts the same on every machine, so an upgrade of the system's libc cannot corrupt indexes.
const INITDB_FLAGS = [
  "--username=postgres",
  "--auth=scram-sha-256",
  "--data-checksums",
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
];

/** A user and group of the system, by number; PostgreSQL refuses to run as root. */
type ServerUser = { uid: number; gid: number };

/** How to run a program as the server's user. */
type Command = { program: string; args: string[]; identity: ServerUser | Record<string, never> };

/**
 * The user to run PostgreSQL as. Null if this process is not root: PostgreSQL then runs as the same user. Otherwise
 * `postgres`, which is created if it does not exist.
 */
function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  return lookUp() ?? create();
}

/** Gives a file or directory to the user that PostgreSQL runs as. */
function giveToServerUser(path: string): void {
  const user = serverUser();
  if (user) chownSync(path, user.uid, user.gid);
}

/**
 * The command that runs `program` as the server's user; `directory` is its data directory.
 *
 * If root keeps the project or the data in a home that is closed to others (mode 700), the user `postgres` cannot
 * reach them. Then the program gets the one capability that lets it pass closed directories.
 */
export function asServerUser(program: string, args: string[], directory: string): Command {
  const user = serverUser();
  if (!user) return { program, args, identity: {} };
  if (isReachable(program) && isReachable(directory)) return { program, args, identity: user };
  const capability = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"];
  const identity = ["--reuid", String(user.uid), "--regid", String(user.gid), "--clear-groups"];
  return { program: "setpriv", args: [...identity, ...capability, program, ...args], identity: {} };
}

function lookUp(): ServerUser | null {
  try {
    return { uid: idOf("-u"), gid: idOf("-g") };
  } catch {
    return null;
  }
}

function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] }));
}

function create(): ServerUser {
  try {
    execFileSync("groupadd", ["--system", "--force", "postgres"], { stdio: "ignore" });
    execFileSync("useradd", ["--system", "-g", "postgres", "postgres"], { stdio: "ignore" });
  } catch (cause) {
    const solution = "Start it as a normal user, or set DATABASE_URL to a server of your own.";
    throw new Error(`PostgreSQL cannot run as root and no user "postgres" could be made. ${solution}`, {
      cause,
    });
  }
  return { uid: idOf("-u"), gid: idOf("-g") };
}

function isReachable(path: string): boolean {
  const parent = dirname(path);
  return (statSync(parent).mode & 0o001) !== 0 && (parent === path || isReachable(parent));
}
