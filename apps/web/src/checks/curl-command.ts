/** The start of a command that pings: --retry, because a short network failure must not lose a ping; -m, because a ping must not delay the job. */
export const CURL = "curl -fsS -m 10 --retry 5 -o /dev/null";
