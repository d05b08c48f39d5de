import { isRecord } from "@overdue/core";

/** A field that was refused: its path ("schedule.expression"), and a sentence that says why. */
export type FieldError = { field: string; message: string };

/** A response of the API that is not a success. Its message is a sentence for a person. */
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

/** The sentence to show a person for anything thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof ApiError) return error.errors.map(fieldMessage).join(" ") || error.message;
  if (error instanceof TypeError) return "Overdue could not be reached. Check the connection and try again.";
  return "Something went wrong in this page. Reload it; if that does not help, ask the operator of this instance.";
}

/** "Grace: use at least a minute.": the field's name in words, then the server's message. */
function fieldMessage({ field, message }: FieldError): string {
  const name = field
    .split(".")
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part.replace(UNIT, "")))
    .join(" ")
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return name === "" ? message : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}: ${message}`;
}

// Left out of a field's name, where it tells a person nothing.
const UNIT = /(?:Seconds|Minutes|Ids?)$/;

/** Whether an edit was refused because somebody else changed the same thing first. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

/** Reads an RFC 9457 problem, or better-auth's `{message, code}`; anything else becomes a plain sentence. */
export async function readProblem(response: Response): Promise<ApiError> {
  const parsed: unknown = await response.json().catch(() => null);
  const body = isRecord(parsed) ? parsed : {};
  return new ApiError({
    status: response.status,
    code: readTextOr(body["code"], "unknown"),
    detail: readTextOr(body["detail"] ?? body["message"], defaultMessage(response.status)),
    errors: Array.isArray(body["errors"]) ? body["errors"].filter(isFieldError) : [],
  });
}

function defaultMessage(status: number): string {
  if (status === 429) return "Too many requests. Wait a minute and try again.";
  if (status === 502 || status === 503 || status === 504)
    return "Overdue is not ready. Try again in a few seconds.";
  return `Overdue returned an error (HTTP ${status}).`;
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value["field"] === "string" && typeof value["message"] === "string";
}

function readTextOr(value: unknown, fallback: string): string {
  return typeof value === "string" && value !== "" ? value : fallback;
}

/** The server's messages by field, as a form takes them. */
export function errorsByField(errors: readonly FieldError[]): Record<string, string> {
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]));
}
