import type { ReadBody } from "./read-body.ts";

/**
 * What other heartbeat monitors say in the query or the form of a ping. On our URLs the path alone says what happened,
 * so that such a ping, be it a failure or a start, would count as a success. What is the whole form of a monitor whose
 * dialect is read is read as such; the rest is refused.
 * Source: the dialects of Cronitor, Uptime Kuma, Dead Man's Snitch, Sentry, Honeybadger, Gatus, Oh Dear.
 */

/** A longer body, or one of more than one line, is the output of a job. */
const FORM_BYTES_MAX = 200;
const FORM = /^[\w.-]+=[^\s&=]*(?:&[\w.-]+=[^\s&=]*)*$/;

/** Cronitor's word, whose states are read as such. */
const ALWAYS_FOREIGN = new Set(["state"]);

/** Parameters that say how it went: every value but a word for success is refused. */
const OUTCOMES = new Set([
  "status",
  "success",
  "ok",
  "s",
  "outcome",
  "conclusion",
  "up",
  "healthy",
  "passed",
]);
/** The outcomes that are yes or no, not an exit status. */
const YES_OR_NO = new Set(["success", "ok", "up", "healthy", "passed"]);
/** Parameters that may be an exit status or a word for one: other numbers than zero and words for failures are refused. */
const EXIT_STATUSES = new Set(
  "exit exitcode exitstatus statuscode errorlevel ec code rc ret retval returncode retcode rv returnvalue result health".split(
    " ",
  ),
);
/** Parameters that report a failure, unless their value denies it. */
const FAILURES = new Set(
  "fail failed failure error errors err failuremessage errormessage errorcount down crashed".split(" "),
);
/** Parameters with any meaning: only a word for a failure or a start is refused. */
const FREE = new Set("msg message m action event type kind level checkinstatus jobstatus".split(" "));

const GOOD = new Set(
  "up ok okay success successful succeeded true yes y pass passed passing healthy good complete completed finished finish done alive online normal 0".split(
    " ",
  ),
);
const NOT_FAILED = new Set("false no n none null nil off 0 ok".split(" "));
const BAD_OR_START = new Set(
  "fail failed failing failure error errored err down dead critical crit crash crashed panic fatal alarm timeout abort aborted unhealthy offline start started starting run running begin beginning log inprogress pending".split(
    " ",
  ),
);

/** As `findForeignOutcome`, for a body that is a form and nothing else, such as `state=fail`. */
export function foreignOutcomeInBody({ kept }: Pick<ReadBody, "kept">): string | null {
  if (kept === null || kept.length > FORM_BYTES_MAX) return null;
  const text = kept.toString("utf8").trim();
  return FORM.test(text) ? findForeignOutcome(new URLSearchParams(text)) : null;
}

/** The first parameter of a query that reports something other than success, as it was sent; null where there is none. */
export function findForeignOutcome(query: URLSearchParams): string | null {
  for (const [name, value] of query) {
    // Gatus sends an empty `error=` with a success.
    if (value === "" && (query.has("success") || query.has("status"))) continue;
    if (contradictsSuccess(normalize(name), value.trim())) return value === "" ? name : `${name}=${value}`;
  }
  return null;
}

function contradictsSuccess(name: string, value: string): boolean {
  // An empty parameter, such as Dead Man's Snitch's `s=`, says nothing; a word by itself is the name.
  if (value === "") return BAD_OR_START.has(name);
  const word = normalize(value);
  if (ALWAYS_FOREIGN.has(name)) return true;
  if (OUTCOMES.has(name)) return !isGood(word, name);
  if (EXIT_STATUSES.has(name)) return BAD_OR_START.has(word) || (isNumber(value) && !isZero(value));
  if (FAILURES.has(name)) return !NOT_FAILED.has(word) && !isZero(value);
  return FREE.has(name) && BAD_OR_START.has(word);
}

/** `success=1` and `up=1` are yes; `s=1` and `status=1` are an exit status. */
function isGood(word: string, name: string): boolean {
  const isYesOrNo = YES_OR_NO.has(name);
  if (isYesOrNo) return word === "1" || (GOOD.has(word) && word !== "0");
  return GOOD.has(word) || isZero(word);
}

function isNumber(value: string): boolean {
  return /^[+-]?\d+(?:\.\d*)?$/.test(value);
}

function isZero(value: string): boolean {
  return /^[+-]?0+(?:\.0*)?$/.test(value);
}

/** In lower case and without what joins words, so that `exit_code`, `exitCode` and `exit-code` are the same. */
function normalize(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}
