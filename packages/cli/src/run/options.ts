import { isCheckName } from "../config.ts";
import { readDuration } from "../duration.ts";
import { readOptions } from "../parse.ts";
import { UsageError } from "../usage-error.ts";

/** What `overdue run` was asked to do. Lengths of time are in milliseconds. */
export type RunOptions = {
  check: string;
  /** Whether the server makes the check if there is none of this slug. */
  create: boolean;
  command: readonly [string, ...string[]];
  lock: "host" | "server" | null;
  ifRunning: "skip" | "wait" | "kill";
  /** How long `--if-running wait` waits; null: as long as it takes. */
  waitAtMostMs: number | null;
  /** What becomes of the job if its lease cannot be asked for. */
  ifUnreachable: "run" | "skip";
  timeoutMs: number | null;
  killAfterMs: number;
  retries: number;
  backoffMs: number;
  minRuntimeMs: number;
  jitterMs: number;
  output: "send" | "drop";
  /** How long the end of the wrapper waits for its report; null: as long as the place where it runs asks for. */
  reportWaitMs: number | null;
};

const OPTIONS = {
  check: { type: "string" },
  create: { type: "boolean" },
  lock: { type: "string" },
  "if-running": { type: "string" },
  "wait-at-most": { type: "string" },
  "if-unreachable": { type: "string" },
  timeout: { type: "string" },
  "kill-after": { type: "string" },
  retries: { type: "string" },
  backoff: { type: "string" },
  "min-runtime": { type: "string" },
  jitter: { type: "string" },
  output: { type: "string" },
  "report-wait": { type: "string" },
} as const;

const RETRIES_MAX = 100;

/** Reads what stands behind `overdue run`. Throws a `UsageError` for whatever cannot be meant. */
export function readRunOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RunOptions {
  const [own, command] = atDashes(args);
  const { values, words } = readOptions(withLockValue(own), OPTIONS);
  if (words[0] !== undefined)
    throw new UsageError(`Put -- before the command: overdue run --check NAME -- ${words.join(" ")}`);
  const [program, ...rest] = command;
  if (program === undefined)
    throw new UsageError(
      "There is no command to run: put it behind --, as in overdue run --check NAME -- backup.sh",
    );
  const text = (name: keyof typeof OPTIONS) => values[name] as string | undefined;
  const ms = <Else>(name: keyof typeof OPTIONS, otherwise: Else) => {
    const given = text(name);
    return given === undefined ? otherwise : readDuration(given, `--${name}`);
  };
  const check = text("check") ?? env["OVERDUE_CHECK"];
  if (check === undefined)
    throw new UsageError("--check is missing: give the slug, the UUID or the ping URL of a check.");
  if (!isCheckName(check))
    throw new UsageError(`--check must be a slug (a-z, 0-9, - and _), a UUID or a ping URL, not "${check}".`);
  if (values["lock"] === "server" && values["if-running"] === "kill")
    throw new UsageError("--if-running kill stops an instance on this host only: use it with --lock host.");
  return {
    check,
    create: values["create"] === true,
    command: [program, ...rest],
    lock:
      text("lock") === undefined
        ? null
        : oneOf<"host" | "server">(text("lock"), ["host", "server"], "--lock"),
    ifRunning: oneOf(text("if-running") ?? "skip", ["skip", "wait", "kill"], "--if-running"),
    waitAtMostMs: ms("wait-at-most", null),
    ifUnreachable: oneOf(text("if-unreachable") ?? "skip", ["run", "skip"], "--if-unreachable"),
    timeoutMs: ms("timeout", null),
    killAfterMs: ms("kill-after", 10_000),
    retries: readCount(text("retries") ?? "0"),
    backoffMs: ms("backoff", 10_000),
    minRuntimeMs: ms("min-runtime", 0),
    jitterMs: ms("jitter", 0),
    output: oneOf(text("output") ?? "send", ["send", "drop"], "--output"),
    reportWaitMs: ms("report-wait", null),
  };
}

function atDashes(args: readonly string[]): [string[], string[]] {
  const at = args.indexOf("--");
  return at < 0 ? [[...args], []] : [args.slice(0, at), args.slice(at + 1)];
}

/** `--lock` alone means `--lock host`. */
function withLockValue(args: readonly string[]): string[] {
  return args.flatMap((word, i) => {
    const next = args[i + 1];
    return word === "--lock" && (next === undefined || next.startsWith("--")) ? ["--lock", "host"] : [word];
  });
}

function oneOf<Word extends string>(text: string | undefined, words: readonly Word[], option: string): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `${option} must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}, not "${text}".`,
  );
}

function readCount(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= RETRIES_MAX) return Number(text);
  throw new UsageError(`--retries must be a whole number from 0 to ${RETRIES_MAX}, not "${text}".`);
}
