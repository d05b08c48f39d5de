import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { BackupSettings } from "@overdue/config";
import { claimBackup, type Db, forgetBackupCheck } from "@overdue/db";
import type { Logger } from "pino";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const LOOK_EVERY_MS = 60_000;
const STOP_MS = 5_000;
const OUTPUT_CHARS_MAX = 2_000;
const DAY_MS = 86_400_000;

export type BackupsOptions = { db: Db; settings: BackupSettings | null; log: Logger };

/**
 * Makes the daily backup, by one of the checkers, in a process of its own. The first one is made at once. @returns a function
 * that stops: a backup under way is given up, and its check tells of it
 */
export function startBackups({ db, settings, log }: BackupsOptions): () => Promise<void> {
  let child: ChildProcess | null = null;
  const look = async () => {
    if (settings === null) {
      await forgetBackupCheck(db);
      return;
    }
    if (child !== null || !(await claimBackup(db, lastDueAt(settings.time, Date.now())))) return;
    child = run(log);
    child.once("close", () => (child = null));
  };
  const tryToLook = () =>
    void look().catch((error: unknown) =>
      log.warn({ err: error }, "Whether a backup is due could not be read; it is tried again in a minute."),
    );
  tryToLook();
  const timer = settings === null ? null : setInterval(tryToLook, LOOK_EVERY_MS);
  return async () => {
    if (timer !== null) clearInterval(timer);
    if (child === null) return;
    const ended = once(child, "close");
    child.kill("SIGTERM");
    const forced = setTimeout(() => child?.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(forced);
  };
}

/** The newest instant up to `now` at which a backup was due; `time`: `HH:MM` in UTC. */
export function lastDueAt(time: string, now: number): Date {
  const today = Date.parse(`${new Date(now).toISOString().slice(0, 10)}T${time}:00.000Z`);
  return new Date(today <= now ? today : today - DAY_MS);
}

function run(log: Logger): ChildProcess {
  const child = spawn(process.execPath, [MAIN], { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-OUTPUT_CHARS_MAX);
  });
  child.on("error", (error) => log.error({ err: error }, "The backup could not be begun."));
  child.once("close", (code) => {
    if (code === 0) log.info(`A backup was made: ${output.trim()}`);
    else log.error({ status: code }, `The backup failed: ${output.trim()}`);
  });
  return child;
}
