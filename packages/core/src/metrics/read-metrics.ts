import { visibleText } from "../text/visible-text.ts";

/**
 * A metric is a number that a job reports about a run, with a name: rows written, bytes saved, messages that wait. This file
 * reads the forms in which it is sent. A metric that cannot be read is left out and named with the reason; its ping counts.
 */

/** Numbers by name. */
export type MetricValues = Readonly<Record<string, number>>;

/** What came in place of a number, and what is wrong with it: "“7 GB” is no number: leave the unit out". */
export type MetricProblem = { metric: string; problem: string };

/** What a ping says in numbers: at most 20 of them, and at most 20 that could not be read. */
export type ReportedMetrics = { values: MetricValues; problems: readonly MetricProblem[] };

/** A letter, then letters, digits, `_`, `-` or `.`: what Prometheus, StatsD and Cronitor call their metrics. */
export const METRIC_NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;
export const METRIC_NAME_CHARS_MAX = 60;
/** A ping, and so a run, has at most this many. */
export const METRICS_MAX = 20;
/** More than any count of bytes; JSON, PostgreSQL and a chart have them all. */
const VALUE_MAX = 1e18;
const SHOWN_CHARS = 40;

/** The metrics of a query: `metric.rows=1204`, and Cronitor's `metric=rows:1204`. Null where it has none. */
export function metricsInQuery(query: URLSearchParams): ReportedMetrics | null {
  const sent: [string, unknown][] = [];
  for (const [name, value] of query) {
    if (name.startsWith("metric.")) sent.push([name.slice("metric.".length), value]);
    else if (name === "metric") sent.push(cronitorMetric(value));
  }
  return readMetrics(sent);
}

/** `name:value`, or `type:name:value` as Cronitor's command line sends it. */
function cronitorMetric(text: string): [string, unknown] {
  const parts = text.split(":");
  return parts.length < 2 ? [text, ""] : [parts.at(-2) ?? "", parts.at(-1) ?? ""];
}

/**
 * The metrics of a body that is an object in JSON: `{"metrics": {"rows": 1204}}`, whatever else it holds. Null for any other
 * body. `isCut`: a part of the body was not kept.
 */
export function metricsInBody(body: string, isCut: boolean): ReportedMetrics | null {
  if (!/^\s*\{/.test(body) || !body.includes('"metrics"')) return null;
  if (isCut) return unreadable("the body is too long to be read: send them in the query");
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return unreadable("the body is not valid JSON");
  }
  return typeof parsed === "object" && parsed !== null && Object.hasOwn(parsed, "metrics")
    ? metricsOfObject((parsed as { metrics: unknown }).metrics)
    : null;
}

/** The metrics of a value that was parsed from JSON: an object of numbers by name. */
export function metricsOfObject(metrics: unknown): ReportedMetrics | null {
  if (metrics === null || metrics === undefined) return null;
  if (typeof metrics !== "object" || Array.isArray(metrics))
    return unreadable("it must be an object of numbers by name");
  return readMetrics(Object.entries(metrics));
}

function unreadable(problem: string): ReportedMetrics {
  return { values: {}, problems: [{ metric: "metrics", problem }] };
}

/** Reads metrics that were sent as texts or numbers; of several with one name the last counts. Null for none. */
export function readMetrics(sent: readonly (readonly [string, unknown])[]): ReportedMetrics | null {
  if (sent.length === 0) return null;
  const values = new Map<string, number>();
  const problems = new Map<string, string>();
  for (const [name, raw] of sent) {
    const metric = clipVisible(name, METRIC_NAME_CHARS_MAX);
    const read = nameProblem(name) ?? readNumber(raw);
    if (typeof read === "string") {
      problems.set(metric, read);
      values.delete(metric);
    } else if (values.size >= METRICS_MAX && !values.has(metric)) {
      problems.set(metric, `a ping has at most ${METRICS_MAX} metrics`);
    } else {
      values.set(metric, read);
      problems.delete(metric);
    }
  }
  return {
    values: Object.fromEntries(values),
    problems: [...problems].slice(0, METRICS_MAX).map(([metric, problem]) => ({ metric, problem })),
  };
}

function nameProblem(name: string): string | null {
  if (name.length > METRIC_NAME_CHARS_MAX) return `a name has at most ${METRIC_NAME_CHARS_MAX} characters`;
  return METRIC_NAME.test(name)
    ? null
    : "a name begins with a letter and has only letters, digits, _, - and .";
}

/** A whole or decimal number, with an exponent or without. A plus sign that was not escaped has become a blank. */
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+ ]?\d+)?$/i;

/** The number, or what is wrong with it. */
function readNumber(raw: unknown): number | string {
  if (typeof raw !== "number" && typeof raw !== "string") return "it is no number";
  const text = String(raw).trim();
  if (text === "") return "it has no value";
  if (typeof raw === "string" && !NUMBER.test(text))
    return `“${clipVisible(text)}” is no number${hintFor(text)}`;
  const value = Number(text.replace(" ", ""));
  if (!Number.isFinite(value) || Math.abs(value) > VALUE_MAX) return `“${clipVisible(text)}” is too large`;
  // Minus zero is zero.
  return value + 0;
}

function hintFor(text: string): string {
  if (/^[-+]?[\d.,' ]*\d\s*[a-zµ%°]+$/i.test(text) && !/^[-+]?0x/i.test(text)) return ": leave the unit out";
  return /^[-+]?\d[\d.,' _]*$/.test(text)
    ? ": write it without separators, with a point before decimals"
    : "";
}

function clipVisible(text: string, chars = SHOWN_CHARS): string {
  const visible = visibleText(text).replaceAll(/\s/g, " ");
  return visible.length > chars ? `${visible.slice(0, chars).toWellFormed()}…` : visible;
}

/** Two reports of one run as one; where both have a metric, the later one counts. */
export function mergeMetrics(
  earlier: ReportedMetrics | null,
  later: ReportedMetrics | null,
): ReportedMetrics | null {
  if (earlier === null || later === null) return later ?? earlier;
  return {
    values: mergeValues(earlier.values, later.values),
    problems: [
      ...earlier.problems.filter(({ metric }) => !Object.hasOwn(later.values, metric)),
      ...later.problems,
    ].slice(0, METRICS_MAX),
  };
}

/** What a record has under a name that somebody chose, such as `constructor`. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The newest 20 of both; where both have a metric, the later one counts. */
export function mergeValues(earlier: MetricValues, later: MetricValues): MetricValues {
  const kept = Object.entries(earlier).filter(([metric]) => !Object.hasOwn(later, metric));
  return Object.fromEntries([...kept, ...Object.entries(later)].slice(-METRICS_MAX));
}
