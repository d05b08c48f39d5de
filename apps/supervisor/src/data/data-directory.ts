import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../refusal.ts";

/** The files of a data directory, as paths. */
export type DataFiles = ReturnType<typeof dataFiles>;

/** The paths in a data directory. */
export function dataFiles(dataDir: string) {
  return {
    root: dataDir,
    lock: join(dataDir, "overdue.pid"),
    secretKey: join(dataDir, "secret-key"),
    postgres: join(dataDir, "postgres"),
    postgresPassword: join(dataDir, "postgres-password"),
    logs: join(dataDir, "logs"),
  };
}

/**
 * Creates the data directory where it is missing, closed to other users.
 *
 * @throws Refusal where that cannot be done.
 */
export function prepareDataDirectory(dataDir: string): DataFiles {
  const files = dataFiles(dataDir);
  try {
    if (!existsSync(dataDir)) makeClosed(dataDir);
    mkdirSync(files.logs, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`DATA_DIR ${dataDir} cannot be used: ${reason}.`, { cause });
  }
  return files;
}

// As root, the database's own user must pass through; it still cannot list what is there.
function makeClosed(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Reads a secret from a file that only its owner can read; the first time it is generated. */
export function readOrCreateSecret(file: string): string {
  if (!existsSync(file)) {
    const draft = `${file}.new`;
    writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flush: true });
    renameSync(draft, file);
  }
  const secret = readFileSync(file, "utf8").trim();
  if (secret.length < 32) throw new Refusal(`${file} holds no secret; put it back from a backup.`);
  return secret;
}
