/** A line of a crontab in parts that make it up again, byte for byte. */
type Parts = {
  /** The fields, the user where there is one, and the blanks behind them. */
  head: string;
  /** The command as it is written, with `\%`. */
  command: string;
  /** From the first bare `%` on: the command's standard input, and how the line ends. */
  rest: string;
};

/**
 * How a crontab is read. `hasUser`: the user stands before the command, as in `/etc/crontab`. `hasInput`: a `%` ends the
 * command, and what follows is its input, which BusyBox does not know.
 */
export type Dialect = { hasUser: boolean; hasInput: boolean };

/** Takes a line apart; null where it has no command. */
function partsOf(line: string, { hasUser, hasInput }: Dialect): Parts | null {
  const fields = /^\s*@/.test(line) ? 1 : 5;
  const words = fields + (hasUser ? 1 : 0);
  const [, head, behind] = new RegExp(String.raw`^(\s*(?:\S+[ \t]+){${words}})(\S.*)$`, "s").exec(line) ?? [];
  if (head === undefined || behind === undefined) return null;
  const pattern = hasInput ? /^((?:\\.|[^%\\]|\\$)*?)([ \t]*(?:%.*)?)$/s : /^(.*?)([ \t]*)$/s;
  const [, command = "", rest = ""] = pattern.exec(behind) ?? [];
  return command === "" ? null : { head, command, rest };
}

/** How a line is to call us. `program`: the words that start this command. */
export type Call = { program: readonly string[]; check: string; create: boolean; shell: string };

/** Shells whose `-c` takes a text in single quotes. */
const SHELLS = /\/(?:sh|bash|dash|ash|ksh\d*|mksh|zsh)$/;

/** Why commands of this shell are left alone; null: they are not. */
export function refusalOf(shell: string): string | null {
  return SHELLS.test(shell)
    ? null
    : `its SHELL is ${shell}, whose quotes may differ: write the line yourself`;
}

/** The line that runs its command by `overdue run`, the rest of it untouched; null where it has no command. */
export function wrapLine(line: string, dialect: Dialect, call: Call): string | null {
  const parts = partsOf(line, dialect);
  if (parts === null) return null;
  const { program, check, create, shell } = call;
  const words = [...program, "run", "--check", check, ...(create ? ["--create"] : []), "--"];
  const start = words
    .map(shellWord)
    .map((word) => (dialect.hasInput ? word.replaceAll("%", String.raw`\%`) : word))
    .join(" ");
  const own = needsShell(parts.command, dialect) ? `${shell} -c ${inQuotes(parts.command)}` : parts.command;
  return `${parts.head}${start} ${own}${parts.rest}`;
}

const WRAPPED =
  /^((?:'(?:[^']|'\\'')*'|[^\s'"])+(?: (?:'(?:[^']|'\\'')*'|[^\s'"])+)*?) run --check (\S+)( --create)? -- (.*)$/s;

/**
 * The line as it was before `wrapLine`; null where this does not say exactly what that writes, such as one with options that a
 * person has added.
 */
export function unwrapLine(line: string, dialect: Dialect): string | null {
  const parts = partsOf(line, dialect);
  const [, start, check, create, own] = WRAPPED.exec(parts?.command ?? "") ?? [];
  if (parts === null || start === undefined || check === undefined || own === undefined) return null;
  if (!/overdue/.test(start)) return null;
  const [, shell = "/bin/sh", quoted] = /^(\/\S+) -c ('.*')$/s.exec(own) ?? [];
  const command = quoted === undefined ? own : fromQuotes(quoted);
  const before = `${parts.head}${command}${parts.rest}`;
  // The words that start the program are taken as they are written.
  const call = { program: [PLACE], check, create: create !== undefined, shell };
  const again = wrapLine(before, dialect, call);
  return again?.replace(PLACE, () => start) === line ? before : null;
}

/** Stands for the program's words while a line is made once more to compare it. */
const PLACE = "overdue-program";

const BUILTINS = new Set(
  ". : [ alias bg break cd command continue eval exec exit export false fg function getopts hash if jobs kill let local printf pwd read readonly return set shift shopt source test times trap true type ulimit umask unalias unset until wait while case for select time echo declare typeset pushd popd builtin enable logout suspend disown coproc".split(
    " ",
  ),
);

/** Whether only a shell runs this: it is more than a program with plain words. */
function needsShell(command: string, { hasInput }: Dialect): boolean {
  const [first = ""] = command.split(/[ \t]/);
  const plain = hasInput ? command.replaceAll(String.raw`\%`, "%") : command;
  return !/^[\w@%+,./:= \t-]+$/.test(plain) || first.includes("=") || BUILTINS.has(first);
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function fromQuotes(text: string): string {
  return text.slice(1, -1).replaceAll(String.raw`'\''`, "'");
}

function shellWord(word: string): string {
  return /^[\w@%+,./:=-]+$/.test(word) ? word : inQuotes(word);
}
