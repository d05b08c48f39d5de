import { Refused } from "./guard.ts";
import { tlsReason } from "./tls-reason.ts";

/** No answer came. `uncertain`: the request may have been received all the same. Coarse, and without addresses. */
export type EgressFailure = { failed: string; uncertain: boolean };

const NAME = new Set(["ENOTFOUND", "EAI_AGAIN", "ENODATA"]);
const UNREACHED = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

/** What may be said of an error on the way out: enough to act on, too little to map a network with. */
export function failureOf(cause: unknown, timeoutMs: number): EgressFailure {
  if (cause instanceof Refused) return { failed: cause.message, uncertain: false };
  const code = codeOf(cause);
  if (NAME.has(code)) return { failed: "The host's name could not be resolved.", uncertain: false };
  if (UNREACHED.has(code)) return { failed: "The connection failed.", uncertain: false };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { failed: "The connection timed out.", uncertain: false };
  const reason = tlsReason(code);
  if (reason !== null) return { failed: reason, uncertain: false };
  if (isTimeout(cause)) return { failed: `No answer within ${timeoutMs / 1_000} s.`, uncertain: true };
  return { failed: "The connection broke before an answer came.", uncertain: true };
}

/** Trying several addresses fails with one error for each. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  if (!(cause instanceof Error) || !("code" in cause)) return "";
  return typeof cause.code === "string" ? cause.code : "";
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError");
}
