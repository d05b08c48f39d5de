import postgres from "postgres";

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
