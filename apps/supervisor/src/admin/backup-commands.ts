import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

import {
  DamagedBackup,
  type Opening,
  restoreBackup,
  type RestoredBackup,
  type Seal,
  SealedBackup,
  UnsuitableBackup,
  verifyBackup,
  writeBackup,
} from "@overdue/backup";
import { readConfig } from "@overdue/config";

import {
  type DataFiles,
  prepareDataDirectory,
  readOrCreateSecret,
  takeLock,
} from "../data/data-directory.ts";
import { openEmbedded } from "../database/embedded.ts";
import { type Database, openOwnServer } from "../database/own-server.ts";
import { Refusal } from "../refusal.ts";
import type { Environment } from "../supervisor.ts";
import { withDatabase } from "./instance.ts";

const OPTIONS = {
  "passphrase-file": { type: "string" },
  recipient: { type: "string", multiple: true },
  "identity-file": { type: "string" },
  "secret-key": { type: "string" },
} as const;

const HELP = {
  backup: [
    "backup FILE [--passphrase-file …] [--recipient age1…] [--secret-key yes|no]",
    "write a backup of the database while it is used; encrypted for a passphrase or for keys of age, if asked",
  ],
  verify: [
    "verify FILE [--passphrase-file …] [--identity-file …]",
    "read a backup to its end, and say what it holds",
  ],
  restore: [
    "restore FILE [--passphrase-file …] [--identity-file …]",
    "put a backup in the place of the embedded database, which is kept beside it, or into an empty one of DATABASE_URL",
  ],
} as const;

export const BACKUP_HELP: readonly (readonly [string, string])[] = Object.values(HELP);

type Options = { file: string; seal: Seal | null; opening: Opening | null; withKey: boolean };

/** Runs `backup`, `verify` or `restore`, which work on whole databases. @returns the text to print; null: another command */
export async function runBackupCommand(args: string[], environment: Environment): Promise<string | null> {
  const [command = "", ...rest] = args;
  try {
    if (command === "backup") return await backup(readOptions(command, rest), environment);
    if (command === "verify") return await verify(readOptions(command, rest));
    if (command === "restore") return await restore(readOptions(command, rest), environment);
    return null;
  } catch (cause) {
    throw SENTENCES.some((kind) => cause instanceof kind) || isAboutFile(cause)
      ? new Refusal(cause instanceof Error ? cause.message : "", { cause })
      : cause;
  }
}

const SENTENCES = [DamagedBackup, SealedBackup, UnsuitableBackup];

/** Such as "ENOSPC: no space left on device, write". */
function isAboutFile(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "path" in error;
}

function readOptions(command: keyof typeof HELP, args: string[]): Options {
  const usage = `Usage: npm run admin -- ${HELP[command][0]}`;
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new Refusal(`Name one file. ${usage}`);
    const passphrase = values["passphrase-file"];
    const seal = readSeal(passphrase, values.recipient);
    const identities = values["identity-file"];
    const key = values["secret-key"] ?? (seal === null ? "no" : "yes");
    if (key !== "yes" && key !== "no") throw new Refusal(`--secret-key must be yes or no. ${usage}`);
    return {
      file: resolve(file),
      seal,
      opening:
        passphrase !== undefined
          ? { passphrase: readSecretFile(passphrase) }
          : identities !== undefined
            ? { identities: readIdentities(identities) }
            : null,
      withKey: key === "yes",
    };
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(`${cause instanceof Error ? cause.message.split(". ")[0] : String(cause)}. ${usage}`, {
      cause,
    });
  }
}

function readSeal(passphraseFile: string | undefined, recipients: string[] | undefined): Seal | null {
  if (passphraseFile !== undefined && recipients !== undefined)
    throw new Refusal("A backup is encrypted for a passphrase or for recipients: leave one of the two out.");
  if (passphraseFile !== undefined) return { passphrase: readSecretFile(passphraseFile) };
  return recipients === undefined ? null : { recipients };
}

function readSecretFile(file: string): string {
  const text = readText(file).trim();
  if (text.length < 12) throw new Refusal(`${file} must hold a passphrase of at least 12 characters.`);
  return text;
}

/** The lines of a file that `age-keygen` wrote. */
function readIdentities(file: string): string[] {
  const lines = readText(file).match(/^AGE-SECRET-KEY-\S+/gm) ?? [];
  if (lines.length === 0) throw new Refusal(`${file} holds no line AGE-SECRET-KEY-…, as age-keygen writes.`);
  return lines;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Refusal(`${file} cannot be read.`, { cause });
  }
}

async function backup({ file, seal, withKey }: Options, environment: Environment): Promise<string> {
  if (existsSync(file))
    throw new Refusal(`${file} exists already, and was left as it is: name another file.`);
  const bar = progressBar();
  const written = await withDatabase(environment, ({ directUrl, secrets }) => {
    const secretKey = withKey ? secrets().join(",") : null;
    return writeBackup({ url: directUrl, file, seal, secretKey, onProgress: bar.show });
  });
  bar.end();
  const { tables, rows, bytes, isRead, at } = written;
  return [
    `Backup of ${at}: ${rows} rows of ${tables} tables, ${bytes} bytes, in ${file}.`,
    isRead
      ? "It was read again, and holds the same rows."
      : "Its bytes were read again; to read what it holds, run verify with its key.",
    withKey
      ? "SECRET_KEY is in it."
      : "SECRET_KEY is not in it: keep DATA_DIR/secret-key or your own SECRET_KEY elsewhere, or channels cannot be opened after a restore.",
  ].join("\n");
}

async function verify({ file, opening }: Options): Promise<string> {
  const bar = progressBar();
  let rows = 0;
  const { header, totals } = await verifyBackup(file, opening, (count) => {
    rows += count;
    bar.show({ step: "verify", rows, rowsInAll: null });
  });
  bar.end();
  const key = header.secretKey === undefined ? "without" : "with";
  return `Whole: a backup of ${header.at}, from PostgreSQL ${header.postgres}, ${totals.rows} rows of ${totals.tables} tables, ${key} SECRET_KEY.`;
}

async function restore(options: Options, environment: Environment): Promise<string> {
  const { dataDir, databaseUrl, databaseDirectUrl } = readConfig(environment);
  const files = prepareDataDirectory(dataDir);
  const lock = takeLock(files.lock);
  try {
    if (databaseUrl === null) return await restoreEmbedded(options, files);
    const { directUrl } = await openOwnServer({ url: databaseUrl, direct: databaseDirectUrl });
    return describe(await load(options, directUrl), files);
  } finally {
    lock.release();
  }
}

/** The database that was there is moved aside, and comes back if the restore fails. */
async function restoreEmbedded(options: Options, files: DataFiles): Promise<string> {
  await verify(options);
  const former = existsSync(files.postgres) ? `${files.postgres}.before-restore-${stamp()}` : null;
  if (former !== null) renameSync(files.postgres, former);
  try {
    const database = await openEmbedded(files, { say: () => undefined });
    const restored = await loadAndStop(options, database);
    const kept =
      former === null ? [] : [`The database that was there is in ${former}: delete it once all is well.`];
    return [describe(restored, files), ...kept].join("\n");
  } catch (error) {
    rmSync(files.postgres, { recursive: true, force: true });
    if (former !== null) renameSync(former, files.postgres);
    throw error;
  }
}

async function loadAndStop(options: Options, database: Database): Promise<RestoredBackup> {
  try {
    return await load(options, database.directUrl);
  } finally {
    await database.stop();
  }
}

async function load({ file, opening }: Options, url: string): Promise<RestoredBackup> {
  const bar = progressBar();
  return await restoreBackup({ url, file, opening, onProgress: bar.show }).finally(bar.end);
}

function describe({ at, rows, tables, secretKey, notSentAgain }: RestoredBackup, files: DataFiles): string {
  const waited =
    notSentAgain === 0
      ? []
      : [
          `${notSentAgain} messages waited at that time, and may have been sent since: they are listed under “Dead letters”.`,
        ];
  return [
    `Restored: ${rows} rows of ${tables} tables, as of ${at}. The time since then counts as an outage.`,
    ...waited,
    keepKey(secretKey, files),
  ].join("\n");
}

/** Stores the key of the backup where the next start looks for it; another one that was there is kept beside it. */
function keepKey(secretKey: string | null, { secretKey: file }: DataFiles): string {
  if (secretKey === null)
    return "SECRET_KEY is not in the backup: put that instance's secret-key into DATA_DIR, or set SECRET_KEY, before the start.";
  const known = existsSync(file) ? readOrCreateSecret(file) : null;
  if (known === secretKey) return "secret-key is that of the backup.";
  if (known !== null) renameSync(file, `${file}.before-restore-${stamp()}`);
  writeFileSync(file, secretKey, { mode: 0o600, flush: true });
  return "secret-key was restored. Where SECRET_KEY is set, that is used instead.";
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(":", "-");
}

const BAR_CHARS = 30;
/** Drawing each row would cost more than copying it. */
const DRAWN_EVERY_MS = 100;
const STEP_WORDS = { write: "written", verify: "read again", restore: "restored" };

type Shown = { step: keyof typeof STEP_WORDS; rows: number; rowsInAll: number | null };

/** A progress bar on standard error, if that is a terminal. `rowsInAll` may be an estimate; null: unknown. */
function progressBar(): { show: (progress: Shown) => void; end: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let drawnAt = -Infinity;
  return {
    show: ({ step, rows, rowsInAll }) => {
      const now = performance.now();
      if (now - drawnAt < DRAWN_EVERY_MS) return;
      drawnAt = now;
      const share = rowsInAll === null || rowsInAll === 0 ? null : Math.min(1, rows / rowsInAll);
      const bar =
        share === null ? "" : `[${"#".repeat(Math.round(share * BAR_CHARS)).padEnd(BAR_CHARS, "-")}] `;
      process.stderr.write(`\r\u001B[K${bar}${rows} rows ${STEP_WORDS[step]}`);
    },
    end: () => void process.stderr.write("\r\u001B[K"),
  };
}
