import type { MetricLimit } from "@overdue/core";

/** A limit of a metric in the form; an empty field is none. */
export type MetricLimitValues = Pick<MetricLimit, "metric" | "required" | "outliers"> & {
  min: number | "";
  max: number | "";
};

/** The next limit that a person adds. */
export const NEW_METRIC_LIMIT: MetricLimitValues = {
  metric: "",
  min: "",
  max: "",
  required: true,
  outliers: "allow",
};

/** The form values of a check's limits. */
export function metricLimitValues(limits: readonly MetricLimit[]): MetricLimitValues[] {
  return limits.map((limit) => ({ ...limit, min: limit.min ?? "", max: limit.max ?? "" }));
}

/** The limits as the API takes them. */
export function metricLimitInput(values: readonly MetricLimitValues[]): MetricLimit[] {
  return values.map((limit) => ({
    ...limit,
    metric: limit.metric.trim(),
    min: limit.min === "" ? null : limit.min,
    max: limit.max === "" ? null : limit.max,
  }));
}
