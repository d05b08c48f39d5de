import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";

import type { Machine } from "../machine.ts";
import { CommandError } from "../errors.ts";

/** What becomes of one file, byte for byte (a character stands for a byte). Null: there is none. */
export type Change = { path: string; before: string | null; after: string | null };

/** The bytes of a file as characters; null where there is none. */
export function readBytes(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}

const CONTEXT_LINES = 1;

/** The changes as `diff -u` shows them. The lines between the first and the last one that differ are one hunk. */
function diffText(changes: readonly Change[]): string {
  return changes
    .filter(({ before, after }) => before !== after)
    .map(
      ({ path, before, after }) =>
        `--- ${before === null ? "(new)" : path}\n+++ ${after === null ? "(removed)" : path}\n${hunks(linesOf(before), linesOf(after))}`,
    )
    .join("");
}

function linesOf(text: string | null): string[] {
  if (text === null || text === "") return [];
  const readable = Buffer.from(text, "latin1").toString();
  return readable.replace(/\n$/, "").split("\n");
}

/** Where both have as many lines, each pair that differs is shown; otherwise all from the first difference to the last. */
function hunks(before: readonly string[], after: readonly string[]): string {
  if (before.length === after.length)
    return before
      .map((line, i) =>
        line === after[i] ? "" : `@@ line ${i + 1} @@\n${shown("-", line)}${shown("+", after[i] ?? "")}`,
      )
      .join("");
  const same = before.findIndex((line, i) => line !== after[i]);
  const head = same < 0 ? Math.min(before.length, after.length) : same;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail += 1;
  const from = Math.max(0, head - CONTEXT_LINES);
  return [
    ...before.slice(from, head).map((line) => shown(" ", line)),
    ...before.slice(head, before.length - tail).map((line) => shown("-", line)),
    ...after.slice(head, after.length - tail).map((line) => shown("+", line)),
  ].join("");
}

function shown(sign: string, line: string): string {
  return `${sign}${line.replaceAll("\r", "\\r")}\n`;
}

export type Asking = { isDryRun: boolean; isAgreed: boolean };

/**
 * Shows the changes, and asks whether they are to be made. @returns whether they are
 * @throws CommandError where nobody can be asked
 */
export async function agree(changes: readonly Change[], { isDryRun, isAgreed }: Asking): Promise<boolean> {
  process.stdout.write(diffText(changes));
  if (isDryRun) return false;
  if (isAgreed) return true;
  if (!process.stdin.isTTY)
    throw new CommandError(
      "Nothing was changed: there is no terminal to ask at. --yes makes the changes above.",
    );
  return ask("Make these changes?");
}

/** Asks a person at the terminal; everything but "y" and "yes" is no. */
export async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

/** Writes the files, each whole or not at all, and removes what is to be gone, with its folder where that is empty then. */
export function write(changes: readonly Change[]): void {
  for (const { path, after } of changes)
    try {
      if (after === null) remove(path);
      else replace(path, after);
    } catch (error) {
      throw new CommandError(`${path} could not be written: ${(error as Error).message}.`);
    }
}

/** Keeps owner and mode. The name of the part has a dot in front, which cron and systemd pass over. */
function replace(given: string, text: string): void {
  mkdirSync(dirname(given), { recursive: true });
  const found = statSync(given, { throwIfNoEntry: false });
  const path = found === undefined ? given : realpathSync(given);
  const part = join(dirname(path), `.${basename(path)}.overdue-part`);
  writeFileSync(part, text, { encoding: "latin1", mode: found?.mode ?? 0o644 });
  if (found !== undefined) {
    chmodSync(part, found.mode & 0o7777);
    chownSync(part, found.uid, found.gid);
  }
  renameSync(part, path);
}

function remove(path: string): void {
  rmSync(path, { force: true });
  try {
    rmdirSync(dirname(path));
  } catch {
    // Others have files there.
  }
}

/** How to start this program from a unit or a crontab: by absolute paths, since neither has a person's PATH. */
export function ownCommand({ self }: Pick<Machine, "self">): string[] {
  const [node, ...rest] = self;
  const script = rest.at(-1) ?? "";
  return [node, ...rest.slice(0, -1), script === "" ? script : realpathSync(script)];
}

/** A sentence where the program lies in a folder that is emptied now and then; null: it does not. */
export function noteOnPlace(command: readonly string[]): string | null {
  const passing = command.find((path) => /^\/(?:tmp|var\/tmp)\/|\/_npx\//.test(path));
  return passing === undefined
    ? null
    : `${passing} may be removed at any time: install the command for good first (npm i -g, or a copy in /usr/local/bin).`;
}
