import postgres from "postgres";

/** What hinders the database for now: each is mended by waiting, or by the operator, and is no fault of a request. */
export type DatabaseProblem = "away" | "read-only" | "full" | "slow" | "contended";

/**
 * What hinders the database at the moment, read from an error of any depth; null where the error means something else.
 * States are those of PostgreSQL's "Error Codes", Appendix A; the other codes are those of sockets and of postgres.js.
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
  // Ended by statement_timeout; a lock that was not to be had in time; a transaction that took too long.
  [/^(?:57014|55P03|25P03|25P04)$/, "slow"],
  // Serialization failures and deadlocks: nothing was written, the same again will do.
  [/^40...$/, "contended"],
  // Connections (08), who may connect (28), too many of them, shutdowns (57P), no such database, errors of the system (58).
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

/** What is written of an error: enough to find its cause, and nothing of what a statement carried. */
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
 * For pino's `serializers.err`. PostgreSQL repeats values of tenants in `message`, `detail` and `where`, and Drizzle lists all
 * parameters: of a failed statement only its text, its code and what the schema names are kept.
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
    ...(typeof query === "string" && { statement: cut(query) }),
    ...(error instanceof postgres.PostgresError && schemaNames(error)),
    ...(cause instanceof Error && causesMax > 0 && { cause: describe(cause, causesMax - 1) }),
  };
}

/** An error's message as it may be written, where a library hands on the message alone. */
export function loggableMessage(message: string): string {
  return PARAMETERS.test(message) ? "A statement failed." : cut(message);
}

function messageOf(error: Error): string {
  if (error instanceof postgres.PostgresError) return `PostgreSQL refused a statement with ${error.code}.`;
  return loggableMessage(error.message);
}

/** The lines of the stack that name places; those before them repeat the message. */
function framesOf({ stack = "" }: Error): string[] {
  return stack.split("\n").filter((line) => /^ {4}at /.test(line));
}

function schemaNames({ table_name: table, constraint_name: constraint }: postgres.PostgresError) {
  return { ...(table !== undefined && { table }), ...(constraint !== undefined && { constraint }) };
}

function cut(text: string): string {
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)} …` : text;
}

/** Writes a problem that lasts, besides its beginning: `lasts` gets how often it came since the last line. */
type Lines = { lasts: (count: number) => void; over: () => void };

const EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** Nothing for so long: it is over. What fails is tried again sooner than that. */
const QUIET_MS = 30_000;

/**
 * Keeps a problem that comes a thousand times a second from filling the log: the caller of `report` logs its beginning,
 * then it is logged once a minute how often it came, and once that it is over.
 */
export class ProblemLog {
  readonly #lines: Lines;
  #looking: NodeJS.Timeout | null = null;
  #lastAt = 0;
  #loggedAt = 0;
  #unlogged = 0;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** It happened once more. @returns whether it begins with this, so that the caller logs it */
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

  /** No further word. */
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
    if (now - this.#lastAt >= QUIET_MS) {
      this.stop();
      this.#lines.over();
    } else if (now - this.#loggedAt >= EVERY_MS) {
      this.#lines.lasts(this.#unlogged);
      this.#markLogged(now);
    }
  }
}

type Write = (...args: unknown[]) => void;
type Logger = { warn: (details: object, sentence: string) => void };

/**
 * Hooks for pino: lines about errors from one passing problem of the database are folded. The first is written as it is,
 * whichever part of the program meets it.
 */
export function foldDatabaseProblems() {
  const met: { logger: Logger | null } = { logger: null };
  const problem = new ProblemLog({
    lasts: (count) =>
      met.logger?.warn({ count }, "The database still hinders: so many errors since the last such line."),
    over: () => met.logger?.warn({}, "The database has hindered nothing for 30 s: it works again."),
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
