import type { MetricFinding } from "../checks/event.ts";
import type { MetricValues } from "./read-metrics.ts";

const PLAIN = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
const SHORT = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat("en");
const PREFIXES = ["", "k", "M", "G", "T", "P", "E"] as const;

/** A number for sentences: "7,123,456,789", "0.000123"; whole numbers to the last digit, others to six. */
export function metricNumber(value: number): string {
  return Number.isInteger(value) ? WHOLE.format(value) : PLAIN.format(value);
}

/** A number where there is little room, with the prefixes of SI: "7.12G", "1.2k", "0.05". */
export function shortMetricNumber(value: number): string {
  const power = Math.min(PREFIXES.length - 1, Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1) / 3)));
  return `${SHORT.format(value / 1000 ** power)}${PREFIXES[power] ?? ""}`;
}

/** Numbers by name on one line: "rows 1,204, bytes 7,100". */
export function metricsText(values: MetricValues): string {
  return Object.entries(values)
    .map(([metric, value]) => `${metric} ${metricNumber(value)}`)
    .join(", ");
}

/** What was found about a metric: "bytes was 0, at least 1 is expected". */
export function metricFindingText({ metric, value, min, max, problem, usual }: MetricFinding): string {
  if (value === null)
    return problem === undefined ? `${metric} was not reported` : `${metric} was not read: ${problem}`;
  const was = `${metric} was ${metricNumber(value)}`;
  if (usual !== undefined) {
    const side = value > usual.median ? "above" : "below";
    return `${was}, far ${side} its usual ${metricNumber(Number(usual.median.toPrecision(6)))} (last ${usual.runs} runs)`;
  }
  if (min !== null && max !== null) return `${was}, ${metricNumber(min)} to ${metricNumber(max)} is expected`;
  return min === null
    ? `${was}, at most ${metricNumber(max ?? 0)} is expected`
    : `${was}, at least ${metricNumber(min)} is expected`;
}
