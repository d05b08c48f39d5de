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
