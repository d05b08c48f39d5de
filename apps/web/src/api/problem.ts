/** One field at fault: its path with dots ("schedule.expression"), and a sentence. */
export type FieldError = { field: string; message: string };

/** An answer of the API that is not a success. Its message is a sentence for a person. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];

  constructor(problem: { status: number; code: string; detail: string; errors?: readonly FieldError[] }) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.errors = problem.errors ?? [];
  }
}

/** What to tell a person about anything thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return error.errors.map(fieldSentence).join(" ") || error.message;
  if (error instanceof TypeError) return "Overdue could not be reached. Check the connection and try again.";
  return "Something went wrong in this page. Reload it; if that does not help, tell the operator.";
}

/** "Grace: use at least a minute.": the field's name in words, and what it needs. */
function fieldSentence({ field, message }: FieldError): string {
  const name = field
    .split(".")
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part.replace(UNIT, "")))
    .join(" ")
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return name === "" ? message : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}: ${message}`;
}

// The unit or the plural of ids at the end of a name says nothing to a person.
const UNIT = /(?:Seconds|Minutes|Ids?)$/;

/** Whether an edit was refused because somebody else was first. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

/** Reads an RFC 9457 problem, or better-auth's `{message, code}`; anything else becomes a plain sentence. */
export async function problemFrom(response: Response): Promise<ApiError> {
  const found: unknown = await response.json().catch(() => null);
  const said = isRecord(found) ? found : {};
  return new ApiError({
    status: response.status,
    code: textOr(said["code"], "unknown"),
    detail: textOr(said["detail"] ?? said["message"], plainSentence(response.status)),
    errors: Array.isArray(said["errors"]) ? said["errors"].filter(isFieldError) : [],
  });
}

function plainSentence(status: number): string {
  if (status === 429) return "Too many tries. Wait a minute and try again.";
  if (status === 502 || status === 503 || status === 504)
    return "Overdue is not ready just now. Try again in a few seconds.";
  return `Overdue answered with an error (HTTP ${status}).`;
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value["field"] === "string" && typeof value["message"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

/** The server's sentences by field, as a form takes them. */
export function fieldErrors(errors: readonly FieldError[]): Record<string, string> {
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]));
}
