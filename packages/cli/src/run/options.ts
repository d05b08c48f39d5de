import { isCheckName } from "../config.ts";
import { readDuration } from "../duration.ts";
import { readOptions } from "../parse.ts";
import { UsageError } from "../errors.ts";

/** What `overdue run` was asked to do. Lengths of time are in milliseconds. */
export type RunOptions = {
  check: string;
  /** Whether the server makes the check if there is none of this slug. */
  create: boolean;
  command: readonly [string, ...string[]];
  /** Within what the job may not run twice at once: this host, or all that share the check. */
  lock: "host" | "server" | null;
  /** What becomes of this run while the job still runs. */
  ifRunning: "skip" | "wait" | "kill";
  /** How long `--if-running wait` waits; null: as long as it takes. */
  waitAtMostMs: number | null;
  /** What becomes of this run while Overdue cannot be asked for the lease of `--lock server`. */
  ifUnreachable: "run" | "skip";
  /** After how long the job is stopped; null: never. */
  timeoutMs: number | null;
  killAfterMs: number;
  retries: number;
  /** The pause before the first retry, doubled each time. */
  backoffMs: number;
  /** A success that is quicker counts as a failure. */
  minRuntimeMs: number;
  /** The longest random pause before the start. */
  jitterMs: number;
  /** Whether the last part of the output goes with the report; "drop": the job writes it past us. */
  output: "send" | "drop";
  /** How long the wrapper waits for its report at the end; null: what `reportWaitMs` in run.ts says of where it runs. */
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

/** Reads the words after `overdue run`. Throws a `UsageError`, a sentence, for a wrong one. */
export function readRunOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RunOptions {
  const [own, command] = splitAtDashes(args);
  const { values, words } = readOptions(withLockValue(own), OPTIONS);
  if (words[0] !== undefined)
    throw new UsageError(`Put -- before the command: overdue run --check NAME -- ${words.join(" ")}`);
  const [program, ...rest] = command;
  if (program === undefined)
    throw new UsageError(
      "There is no command to run: put it behind --, as in overdue run --check NAME -- backup.sh",
    );
  const text = (name: keyof typeof OPTIONS) => values[name] as string | undefined;
  const choice = <Word extends string, Else>(
    name: keyof typeof OPTIONS,
    words: readonly Word[],
    otherwise: Else,
  ): Word | Else => {
    const given = text(name);
    return given === undefined ? otherwise : oneOf(given, words, `--${name}`);
  };
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
    throw new UsageError("--if-running kill stops a job on this host only: use it with --lock host.");
  return {
    check,
    create: values["create"] === true,
    command: [program, ...rest],
    lock: choice<"host" | "server", null>("lock", ["host", "server"], null),
    ifRunning: choice("if-running", ["skip", "wait", "kill"], "skip"),
    waitAtMostMs: ms("wait-at-most", null),
    ifUnreachable: choice("if-unreachable", ["run", "skip"], "skip"),
    timeoutMs: ms("timeout", null),
    killAfterMs: ms("kill-after", 10_000),
    retries: readCount(text("retries") ?? "0"),
    backoffMs: ms("backoff", 10_000),
    minRuntimeMs: ms("min-runtime", 0),
    jitterMs: ms("jitter", 0),
    output: choice("output", ["send", "drop"], "send"),
    reportWaitMs: ms("report-wait", null),
  };
}

/** The options and the command, which `--` parts. */
function splitAtDashes(args: readonly string[]): [string[], string[]] {
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

function oneOf<Word extends string>(text: string, words: readonly Word[], option: string): Word {
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
