import { z } from "zod";

/** Every error code of the API, which never changes, and its HTTP status. */
const STATUS = {
  malformed: 400,
  invalid_input: 400,
  unauthorized: 401,
  forbidden: 403,
  fresh_sign_in_needed: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_in_progress: 409,
  version_conflict: 412,
  too_large: 413,
  unsupported_media_type: 415,
  limit_reached: 422,
  idempotency_key_reused: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof STATUS;

/** Every code with its status. */
export function problemStatuses(): [ProblemCode, number][] {
  return codes().map((code) => [code, STATUS[code]]);
}

// Object.keys forgets which keys a literal has.
function codes(): ProblemCode[] {
  return Object.keys(STATUS) as ProblemCode[];
}

export const FieldError = z.object({
  field: z
    .string()
    .meta({ description: "Path of the field, dots between the steps; empty for the whole body." }),
  message: z.string(),
});
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 problem details. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes()).meta({ description: "Never changes: for programs." }),
    detail: z.string().meta({ description: "One sentence for a person." }),
    errors: z.array(FieldError).optional(),
  })
  .meta({ id: "Problem", description: "What went wrong, in the form of RFC 9457." });
export type Problem = z.infer<typeof Problem>;

/** A refusal: its message is for the client, its cause for the log. */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];

  constructor(
    code: ProblemCode,
    message: string,
    options: { errors?: readonly FieldError[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
  }

  get status() {
    return STATUS[this.code];
  }

  /** Also the error for another tenant's object, so that nobody learns that it exists. */
  static notFound(noun: string): ApiError {
    return new ApiError("not_found", `There is no such ${noun}.`);
  }

  /** An error in one field. */
  static invalid(field: string, message: string): ApiError {
    return new ApiError("invalid_input", `${field}: ${message}`, { errors: [{ field, message }] });
  }
}

/** The code for a status that the framework chose. */
export function codeForStatus(status: number): ProblemCode {
  const known = Object.entries(STATUS).find(([, value]) => value === status);
  if (known) return known[0] as ProblemCode;
  return status < 500 ? "malformed" : "internal";
}

export function toProblem(error: ApiError): Problem {
  return {
    type: "about:blank",
    title: error.code.replaceAll("_", " "),
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.errors.length > 0 && { errors: [...error.errors] }),
  };
}
