const NAME_CHARS_MAX = 100;
const SCRIPT_ENDING = /\.(sh|bash|py|pl|rb|php|js|mjs|ts|jar|exe|ps1)$/i;
/** Commands that prepare the job and are not the job itself. */
const PREPARATIONS = new Set([
  "cd",
  "test",
  "[",
  "[[",
  "sleep",
  "export",
  "source",
  ".",
  "set",
  "mkdir",
  "umask",
  "ulimit",
  "echo",
  "command",
  "true",
]);
/** Programs that run another one, with the number of their own arguments before it. */
const WRAPPERS = new Map([
  ["sudo", 0],
  ["nice", 0],
  ["ionice", 0],
  ["env", 0],
  ["nohup", 0],
  ["exec", 0],
  ["time", 0],
  ["chronic", 0],
  ["setsid", 0],
  ["systemd-cat", 0],
  ["cronic", 0],
  // Words of the shell before a command.
  ["if", 0],
  ["then", 0],
  ["else", 0],
  ["while", 0],
  ["do", 0],
  ["!", 0],
  ["timeout", 1],
  ["flock", 1],
  ["chrt", 1],
  ["su", 1],
]);
/** Options of wrappers that are followed by a value. */
const VALUE_OPTIONS = new Set(["-n", "-u", "-c", "-p", "-k", "-s", "-w", "-E", "-g", "-t", "-l"]);
const INTERPRETERS =
  /^(sh|bash|dash|zsh|ksh|python[\d.]*|perl|ruby|php[\d.]*|node|nodejs|java|pwsh|bundle|npx|uv|poetry)$/;
const REDIRECTION = /\d?>>?\s*(&\d|[^\s"']+)/g;
/** One of several commands: the text between `;`, `|`, `&&` and `||` that are not quoted. */
const SEGMENT = /(?:"[^"]*"|'[^']*'|[^;|&"'])+/g;
const USER = /^[a-z_][a-z0-9_-]*$/;

/**
 * A name for a check, from the command of its job: `/usr/local/bin/backup.sh --all` gives "backup"; null: there is none.
 * `mayNameUser`: whether a user may stand before the command, as in a line of `/etc/crontab`.
 */
export function nameOfCommand(command: string, { mayNameUser = true } = {}): string | null {
  const plain = command.replaceAll(REDIRECTION, " ");
  for (const [segment] of plain.matchAll(SEGMENT)) {
    const words = wordsOf(segment);
    const name = nameOfWords(mayNameUser ? withoutUser(words) : words);
    if (name !== null) return name.slice(0, NAME_CHARS_MAX);
  }
  return null;
}

function nameOfWords(given: readonly string[]): string | null {
  const words = withoutWrappers(given);
  const [program = "", ...rest] = words;
  const base = baseName(program);
  if (base === "" || PREPARATIONS.has(base)) return null;
  if (INTERPRETERS.test(base)) return nameOfScript(rest) ?? base;
  const action = rest.find((word) => !word.startsWith("-"));
  return action !== undefined && /^[a-z][a-z:_-]{2,}$/.test(action) ? `${base} ${action}` : base;
}

function nameOfScript(rest: readonly string[]): string | null {
  const inline = rest.indexOf("-c");
  if (inline >= 0) return nameOfCommand(rest[inline + 1] ?? "");
  const module = rest.indexOf("-m");
  const words = module >= 0 ? rest.slice(module + 1) : rest.filter((word) => !word.startsWith("-"));
  return words.length === 0
    ? null
    : nameOfWords(words[0] === "exec" || words[0] === "run" ? words.slice(1) : words);
}

/** `/etc/crontab` and `/etc/cron.d` have the user between the fields and the command. */
function withoutUser(words: readonly string[]): readonly string[] {
  const [user = "", next = ""] = words;
  const isUser =
    USER.test(user) && !WRAPPERS.has(user) && !PREPARATIONS.has(user) && !INTERPRETERS.test(user);
  return isUser &&
    (next.startsWith("/") ||
      WRAPPERS.has(next) ||
      PREPARATIONS.has(next) ||
      INTERPRETERS.test(next) ||
      user === "root")
    ? words.slice(1)
    : words;
}

function withoutWrappers(words: readonly string[]): readonly string[] {
  let rest = words;
  for (;;) {
    while (/^[A-Za-z_]\w*=/.test(rest[0] ?? "")) rest = rest.slice(1);
    const own = WRAPPERS.get(baseName(rest[0] ?? ""));
    if (own === undefined) return rest;
    rest = withoutOptions(rest.slice(1)).slice(own);
    // `flock file -c "command"` and `su user -c "command"` carry the command as one word.
    if (rest[0] === "-c") rest = wordsOf(rest[1] ?? "");
  }
}

function withoutOptions(words: readonly string[]): readonly string[] {
  let rest = words;
  // A path is never the value of an option: in `flock -n /lock job`, -n has none.
  while (rest[0]?.startsWith("-"))
    rest = rest.slice(VALUE_OPTIONS.has(rest[0]) && !rest[1]?.startsWith("/") ? 2 : 1);
  return rest;
}

/** The words of a shell command, without quotes. */
function wordsOf(command: string): string[] {
  return [...command.replaceAll(/[(){}]/g, " ").matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

function baseName(path: string): string {
  return (path.split("/").at(-1) ?? "").replace(SCRIPT_ENDING, "");
}
