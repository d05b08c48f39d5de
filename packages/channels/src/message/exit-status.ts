const KNOWN: Record<number, string> = {
  0: "success",
  1: "general error",
  2: "wrong usage",
  75: "temporary failure, try again",
  78: "configuration error",
  124: "stopped by `timeout`",
  125: "the wrapper itself failed",
  126: "found but not executable",
  127: "command not found",
  255: "out of range, or ssh failed",
};
const SIGNALS: Record<number, string> = {
  1: "SIGHUP, its terminal or session ended",
  2: "SIGINT, interrupted",
  3: "SIGQUIT",
  4: "SIGILL, illegal instruction",
  6: "SIGABRT, it aborted itself",
  7: "SIGBUS, bad memory access",
  8: "SIGFPE, arithmetic error",
  9: "SIGKILL, often the out-of-memory killer",
  11: "SIGSEGV, bad memory access",
  13: "SIGPIPE, its reader went away",
  14: "SIGALRM, its timer ran out",
  15: "SIGTERM, asked to stop",
  24: "SIGXCPU, out of processor time",
  25: "SIGXFSZ, file too large",
};

/** What an exit status (0 … 255) usually means on Linux; null where it is the program's own business. */
export function exitStatusMeaning(status: number): string | null {
  const known = KNOWN[status];
  if (known !== undefined) return known;
  const signal = SIGNALS[status - 128];
  return signal === undefined ? null : `killed by ${signal}`;
}
