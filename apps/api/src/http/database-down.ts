// Connection exceptions (08), a shutdown (57P), too many connections (53300), no such database (3D000).
const DOWN_STATES = /^(?:08...|57P..|53300|3D000)$/;
const DOWN_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EHOSTUNREACH"]);
const DOWN_MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection/;

/** Whether an error means that the database cannot be reached at the moment, rather than a fault of ours. */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  if (DOWN_STATES.test(code) || DOWN_CODES.has(code) || DOWN_MESSAGES.test(error.message)) return true;
  return isDatabaseDown(error.cause);
}
