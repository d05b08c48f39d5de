import postgres from "postgres";

/** Why the database cannot do its work for now. Waiting or the operator solves each of these; the request is not at fault. */
export type DatabaseProblem = "away" | "read-only" | "full" | "slow" | "contended";

/**
 * Reads the database's problem from an error or one of its causes; null where the error means something else.
 * The states are from PostgreSQL's Appendix A, "Error Codes"; the other codes are those of sockets and of postgres.js.
 */
export function classifyDatabaseError(error: unknown): DatabaseProblem | null {
  if (!(error instanceof Error)) return null;
  const code = "code" in error ? String(error.code) : "";
  const found = STATES.find(([pattern]) => pattern.test(code));
  if (found !== undefined) return found[1];
  if (AWAY_CODES.has(code)) return "away";
  return classifyDatabaseError(error.cause);
}

const STATES: readonly (readonly [RegExp, DatabaseProblem])[] = [
  // A transaction that may only read, because of a setting or on a standby.
  [/^25006$/, "read-only"],
  // The disk is full, or memory or another resource has run out; 53300, too many connections, is not like these.
  [/^53(?!300)...$/, "full"],
  // Ended by statement_timeout; a lock that was not free in time; a transaction that took too long.
  [/^(?:57014|55P03|25P03|25P04)$/, "slow"],
  // Serialization failures and deadlocks: nothing was written, and a retry succeeds.
  [/^40...$/, "contended"],
  // Connection errors (08), refused logins (28), too many connections, shutdowns (57P), no such database, system errors (58).
  [/^(?:08...|28...|53300|57P..|3D000|58...)$/, "away"],
];

const AWAY_CODES = new Set([
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
]);

/** What the log shows of an error: enough to find its cause, and none of a statement's values. */
type LoggableError = {
  type: string;
  message: string;
  stack: string;
  code?: string;
  /** The statement's text with `$1` for each value. */
  statement?: string;
  table?: string;
  constraint?: string;
  cause?: LoggableError;
};

const CAUSES_MAX = 3;
const TEXT_CHARS_MAX = 500;
// `Failed query: … params: …`, also where another error repeats it.
const PARAMETERS = /^Failed query: |\nparams: /;

/**
 * For pino's `serializers.err`. PostgreSQL repeats tenants' values in `message`, `detail` and `where`, and Drizzle lists all
 * parameters. So only the text of a failed statement, its error code and the names of table and constraint are kept.
 */
export function loggableError(error: unknown): unknown {
  return error instanceof Error ? describe(error, CAUSES_MAX) : error;
}

function describe(error: Error, causesMax: number): LoggableError {
  const { code, query, cause } = error as Error & { code?: unknown; query?: unknown };
  const message = messageOf(error);
  return {
    type: error.name,
    message,
    stack: [`${error.name}: ${message}`, ...framesOf(error)].join("\n"),
    ...((typeof code === "string" || typeof code === "number") && { code: String(code) }),
    ...(typeof query === "string" && { statement: cutText(query) }),
    ...(error instanceof postgres.PostgresError && schemaNames(error)),
    ...(cause instanceof Error && causesMax > 0 && { cause: describe(cause, causesMax - 1) }),
  };
}

/** An error's message without a statement's values, where a library hands on the message alone. */
export function loggableMessage(message: string): string {
  return PARAMETERS.test(message) ? "A statement failed." : cutText(message);
}

function messageOf(error: Error): string {
  if (error instanceof postgres.PostgresError) return `PostgreSQL refused a statement with ${error.code}.`;
  return loggableMessage(error.message);
}

/** The lines of the stack that name a place in code; those before them repeat the message. */
function framesOf({ stack = "" }: Error): string[] {
  return stack.split("\n").filter((line) => /^ {4}at /.test(line));
}

function schemaNames({ table_name: table, constraint_name: constraint }: postgres.PostgresError) {
  return { ...(table !== undefined && { table }), ...(constraint !== undefined && { constraint }) };
}

function cutText(text: string): string {
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)} …` : text;
}

/** Write the log lines after the first: `lasts` gets how often the problem came since the last line. */
type ProblemLines = { lasts: (count: number) => void; over: () => void };

const LOG_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** The problem is over after this long without another error: whatever fails is retried sooner. */
const OVER_AFTER_MS = 30_000;

/**
 * Keeps a problem that comes a thousand times a second from filling the log. The caller of `report` logs the first error;
 * after it, one line a minute says how many more came, and one line says that the problem is over.
 */
export class ProblemLog {
  readonly #lines: ProblemLines;
  #looking: NodeJS.Timeout | null = null;
  #lastAt = 0;
  #loggedAt = 0;
  #unlogged = 0;

  constructor(lines: ProblemLines) {
    this.#lines = lines;
  }

  /** Counts one more error. @returns whether it is the first of the problem, which the caller then logs */
  report(): boolean {
    const now = performance.now();
    this.#lastAt = now;
    this.#unlogged += 1;
    if (this.#looking !== null) return false;
    this.#markLogged(now);
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looking.unref();
    return true;
  }

  /** Writes no further lines. */
  stop(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
  }

  #markLogged(now: number): void {
    this.#loggedAt = now;
    this.#unlogged = 0;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lastAt >= OVER_AFTER_MS) {
      this.stop();
      this.#lines.over();
    } else if (now - this.#loggedAt >= LOG_EVERY_MS) {
      this.#lines.lasts(this.#unlogged);
      this.#markLogged(now);
    }
  }
}

type Write = (...args: unknown[]) => void;
type Logger = { warn: (details: object, sentence: string) => void };

/**
 * Hooks for pino that combine the log lines about one passing problem of the database. The first is written as it is,
 * whichever part of the program logs it.
 */
export function foldDatabaseProblems() {
  const met: { logger: Logger | null } = { logger: null };
  const problem = new ProblemLog({
    lasts: (count) =>
      met.logger?.warn(
        { count },
        "The database problem lasts; `count` is the number of errors since the last line.",
      ),
    over: () => met.logger?.warn({}, "The database works again: there was no error for 30 s."),
  });
  return {
    logMethod(this: Logger, args: unknown[], write: Write): void {
      met.logger = this;
      const [details] = args;
      const error = typeof details === "object" && details !== null ? Reflect.get(details, "err") : null;
      if (classifyDatabaseError(error) === null || problem.report()) write.apply(this, args);
    },
  };
}
