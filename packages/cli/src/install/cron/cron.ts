import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { userInfo } from "node:os";

import { isCheckName } from "../../config.ts";
import type { Machine } from "../../machine.ts";
import { readOptions } from "../../parse.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { agree, ask, type Change, noteOnPlace, ownCommand, readBytes, write } from "../change.ts";
import { type CronLine, readLines } from "./lines.ts";
import { unwrapLine, wrapLine } from "./wrap.ts";

const OPTIONS = {
  line: { type: "string", multiple: true },
  all: { type: "boolean" },
  check: { type: "string" },
  create: { type: "boolean" },
  user: { type: "string" },
  prefix: { type: "string" },
  "user-column": { type: "boolean" },
  yes: { type: "boolean" },
  "dry-run": { type: "boolean" },
} as const;

type Asked = {
  /** Null: the crontab of a user, by crontab(1). */
  file: string | null;
  user: string | null;
  lines: readonly number[];
  isAll: boolean;
  check: string | null;
  create: boolean;
  prefix: string | null;
  hasUserColumn: boolean;
  isAgreed: boolean;
  isDryRun: boolean;
};

/** `overdue cron install|uninstall [FILE]`: has lines of a crontab run by `overdue run`, and as they were before. */
export async function cron(machine: Machine, args: readonly string[]): Promise<void> {
  const [action, ...rest] = args;
  if (action !== "install" && action !== "uninstall")
    throw new UsageError("Say install or uninstall: overdue cron install --line 3");
  const asked = readAsked(rest);
  const text = asked.file === null ? readCrontab(asked) : readBytes(asked.file);
  const spool = `/var/spool/cron/crontabs/${asked.user ?? userInfo().username}`;
  if (text === null) throw new UsageError(`${asked.file ?? "The crontab"} cannot be read.`);
  const lines = readLines(machine, text, {
    path: asked.file ?? spool,
    hidden: asked.file === null ? hiddenLines(readBytes(spool) ?? "", text) : 0,
    hasUser: asked.hasUserColumn,
    prefix: asked.prefix,
  });
  const missing = asked.lines.find((number) => !lines.some(({ line }) => line === number));
  if (missing !== undefined) throw new UsageError(`Line ${missing} is no job: see the crontab itself.`);
  const edited = action === "install" ? await wrap(machine, lines, asked) : unwrap(lines, asked);
  await apply(asked, text, edited);
}

/** Debian's `crontab -l` leaves out the lines that crontab itself puts on top; discover, which reads the file, counts them. */
function hiddenLines(spooled: string, listed: string): number {
  return listed !== "" && spooled.endsWith(listed)
    ? spooled.slice(0, -listed.length).split("\n").length - 1
    : 0;
}

function readAsked(args: readonly string[]): Asked {
  const { values, words } = readOptions(args, OPTIONS);
  const text = (name: keyof typeof OPTIONS) => (values[name] as string | undefined) ?? null;
  if (words.length > 1) throw new UsageError("Name one file, or none for your own crontab.");
  const lines = ((values["line"] as string[] | undefined) ?? []).map(Number);
  if (lines.some((line) => !Number.isInteger(line) || line < 1))
    throw new UsageError("--line must be the number of a line, from 1 on.");
  const check = text("check");
  if (check !== null && !isCheckName(check))
    throw new UsageError(`--check must be a slug, a UUID or a ping URL, not "${check}".`);
  if (check !== null && lines.length !== 1)
    throw new UsageError("--check is for one line: name it by --line.");
  const file = words[0] === undefined ? null : resolve(words[0]);
  if (file !== null && text("user") !== null)
    throw new UsageError("--user is for a user's crontab: leave it out, or the file.");
  return {
    file,
    user: text("user"),
    lines,
    isAll: values["all"] === true,
    check,
    create: values["create"] === true,
    prefix: text("prefix"),
    hasUserColumn:
      values["user-column"] === true ||
      (file !== null && (file === "/etc/crontab" || dirname(file).endsWith("/etc/cron.d"))),
    isAgreed: values["yes"] === true,
    isDryRun: values["dry-run"] === true,
  };
}

/** Lines as they are to be, by their place in the text, from 0 on. */
type Edited = ReadonlyMap<number, string>;

async function wrap(machine: Machine, lines: readonly CronLine[], asked: Asked): Promise<Edited> {
  const program = programOf(machine);
  const edited = new Map<number, string>();
  const isNamed = ({ line }: CronLine) => asked.lines.includes(line);
  if (!asked.isAll && asked.lines.length === 0 && !process.stdin.isTTY)
    throw new UsageError("Say which lines: --line N (several times, if need be), or --all.");
  for (const one of lines) {
    if (asked.lines.length > 0 && !isNamed(one)) continue;
    const why = one.refusal ?? (isNamed(one) ? null : one.doubt);
    const check = asked.check ?? one.slug;
    const call = { program, check, create: asked.create, shell: one.shell };
    const after = why === null ? wrapLine(one.text, one.dialect, call) : null;
    if (after === null) {
      process.stdout.write(
        `# Line ${one.line} is left alone: ${why ?? "it has no command"}.\n#   ${one.shown}\n`,
      );
      continue;
    }
    const isWanted =
      asked.isAll || isNamed(one) || (await ask(`${one.line}: ${one.shown}\nReport it to ${check}?`));
    if (isWanted) edited.set(one.index, after);
  }
  const note = noteOnPlace(program);
  if (note !== null && edited.size > 0) process.stdout.write(`# ${note}\n`);
  return edited;
}

function unwrap(lines: readonly CronLine[], asked: Asked): Edited {
  const edited = new Map<number, string>();
  for (const one of lines) {
    if (asked.lines.length > 0 && !asked.lines.includes(one.line)) continue;
    const before = unwrapLine(one.text, one.dialect);
    if (before !== null) edited.set(one.index, before);
    else if (asked.lines.includes(one.line))
      process.stdout.write(`# Line ${one.line} is left alone: overdue cron install did not write it so.\n`);
  }
  return edited;
}

/** cron's PATH is short: the bare name is written only where both it and Node are on it. */
function programOf(machine: Machine): string[] {
  const own = ownCommand(machine);
  const script = own.at(-1);
  const isThis = (path: string) => existsSync(path) && realpathSync(path) === script;
  const isShort = ["/usr/bin/overdue", "/bin/overdue"].some(isThis) && existsSync("/usr/bin/node");
  return isShort ? ["overdue"] : own;
}

async function apply(asked: Asked, text: string, edited: Edited): Promise<void> {
  const after = text
    .split("\n")
    .map((line, index) => edited.get(index) ?? line)
    .join("\n");
  const path = asked.file ?? `the crontab of ${asked.user ?? userInfo().username}`;
  const change: Change = { path, before: text, after };
  if (after === text) return void process.stdout.write("Nothing was changed.\n");
  if (!(await agree([change], asked))) return;
  if (asked.file === null) writeCrontab(asked, text, after);
  else write([change]);
  process.stdout.write(
    `Done: ${edited.size === 1 ? "1 line" : `${edited.size} lines`} of ${path} changed.\n`,
  );
}

function crontab({ user }: Asked, words: readonly string[], input?: string): string {
  const args = [...(user === null ? [] : ["-u", user]), ...words];
  try {
    return execFileSync("crontab", args, { encoding: "latin1", input: Buffer.from(input ?? "", "latin1") });
  } catch (error) {
    const { stderr, message, code } = error as { stderr?: string; message: string; code?: string };
    if (code === "ENOENT") throw new CommandError("There is no crontab(1) here: name the file.");
    throw new CommandError(`crontab ${args.join(" ")} failed: ${stderr?.trim() || message}`);
  }
}

function readCrontab(asked: Asked): string {
  return crontab(asked, ["-l"]);
}

/** Some versions of `crontab -l` leave lines out: what was written is compared, and put back where it is another. */
function writeCrontab(asked: Asked, before: string, after: string): void {
  crontab(asked, ["-"], after);
  if (readCrontab(asked) === after) return;
  crontab(asked, ["-"], before);
  throw new CommandError("crontab did not keep the lines as they were given, so they were put back.");
}
