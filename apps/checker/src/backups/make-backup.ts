import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { type Seal, writeBackup } from "@overdue/backup";
import type { BackupSettings } from "@overdue/config";
import {
  type BackupEnd,
  ensureBackupCheck,
  ensureSelfTest,
  keyringOf,
  noteBackupEnd,
  openDb,
  pingOwnCheck,
  type Pool,
} from "@overdue/db";

export type BackupJob = {
  pool: Pool;
  /** The server itself, not a pooler. */
  directUrl: string;
  settings: BackupSettings;
  secretKeys: string[];
};

/** The names of our own backups; others in the folder are left alone. */
const NAME = /^overdue-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z\.sql\.zst(\.age)?$/;
const PASSPHRASE_CHARS_MIN = 12;

/**
 * Writes the daily backup, deletes the oldest ones beyond those that are kept, and pings the check of the backups with its
 * start and its end. @returns how it ended
 */
export async function makeBackup({ pool, directUrl, settings, secretKeys }: BackupJob): Promise<BackupEnd> {
  const db = openDb(pool);
  const selfTest = await ensureSelfTest(db, keyringOf(secretKeys), Date.now());
  const { pingUuid } = await ensureBackupCheck(db, selfTest, settings.time);
  await pingOwnCheck(pool, pingUuid, { kind: "start", text: "" });
  const end = await write({ directUrl, settings, secretKeys });
  await pingOwnCheck(pool, pingUuid, { kind: end.ok ? "success" : "fail", text: end.text });
  await noteBackupEnd(db, end);
  return end;
}

async function write({ directUrl, settings, secretKeys }: Omit<BackupJob, "pool">): Promise<BackupEnd> {
  const { directory, keep } = settings;
  try {
    const seal = readSeal(settings);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const at = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    const file = join(directory, `overdue-${at}Z.sql.zst${seal === null ? "" : ".age"}`);
    const secretKey = seal === null ? null : secretKeys.join(",");
    const { rows, bytes } = await writeBackup({ url: directUrl, file, seal, secretKey });
    // Only after a backup has succeeded, so that failures never leave fewer.
    deleteOldest(directory, keep);
    return { ok: true, text: `${file}: ${rows} rows, ${bytes} bytes.` };
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

function readSeal({ recipients, passphraseFile }: BackupSettings): Seal | null {
  if (recipients.length > 0) return { recipients };
  if (passphraseFile === null) return null;
  const passphrase = readFileSync(passphraseFile, "utf8").trim();
  if (passphrase.length < PASSPHRASE_CHARS_MIN)
    throw new Error(`BACKUP_PASSPHRASE_FILE must hold at least ${PASSPHRASE_CHARS_MIN} characters.`);
  return { passphrase };
}

function deleteOldest(directory: string, keep: number): void {
  const names = readdirSync(directory).filter((name) => NAME.test(name));
  for (const name of names.toSorted().slice(0, -keep)) rmSync(join(directory, name), { force: true });
}
