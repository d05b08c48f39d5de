import { lstatSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a command knows of the process that it is: read once, in main.ts. */
export type Machine = {
  env: Readonly<Record<string, string | undefined>>;
  /** The home of the user by the password database: `HOME` differs between cron, sudo and a login. */
  home: string;
  uid: number;
  host: string;
  /** How to start this program again: Node, its options, and this file. */
  self: readonly [string, ...string[]];
  /** Whether a person reads standard error. */
  isTerminal: boolean;
};

const MODE = 0o700;

/** The folder for locks and the spool: the same under cron, sudo and a login, or what `OVERDUE_STATE_DIR` says. */
export function stateDirectory({ env, home, uid }: Machine): string {
  const set = env["OVERDUE_STATE_DIR"];
  if (set) return set;
  return uid === 0 ? "/var/lib/overdue" : join(home, ".local", "state", "overdue");
}

/** Makes a folder that only this user can use. Throws where it is somebody else's, or cannot be made. */
export function privateDirectory(path: string, uid: number): string {
  makeDirectory(path);
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${path} is not a folder of this user`);
  if ((found.mode & 0o022) !== 0) throw new Error(`${path} can be written by others: chmod 700 it`);
  return path;
}

/** Not by Node's own `recursive`, which never returns where the system says ENOENT below a folder that exists, as in /proc. */
function makeDirectory(path: string, canMakeParent = true): void {
  try {
    mkdirSync(path, { mode: MODE });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || !canMakeParent) throw error;
    makeDirectory(dirname(path));
    makeDirectory(path, false);
  }
}

/** Says something to a person at a terminal; nothing where nobody is there. */
export function tell({ isTerminal }: Pick<Machine, "isTerminal">, sentence: string): void {
  if (isTerminal) process.stderr.write(`overdue: ${sentence}\n`);
}
