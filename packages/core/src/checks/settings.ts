import { z } from "zod";
import { type Schedule, ScheduleInput } from "@overdue/schedules";
import { METRIC_NAME, METRIC_NAME_CHARS_MAX } from "../metrics/read-metrics.ts";
import type { MaintenanceWindow } from "../maintenance/window.ts";

const YEAR_SECONDS = 31_536_000;

/** What a violation (overlap, a second host, an outlier) leads to: nothing, a notice, or the check going down. */
export type ViolationPolicy = "allow" | "note" | "alert";

/** The settings of a check. All but schedule and grace are off by default, or only give a notice. */
export type CheckSettings = {
  schedule: Schedule;
  /** How late a ping may be before the check is down, and how long a run may take without `maxRuntimeSeconds`: 60 … 31_536_000. */
  graceSeconds: number;
  /** A paused check stays paused until a person resumes it. */
  manualResume: boolean;
  /** A ping up to this long before its slot counts for that slot. */
  earlyMarginSeconds: number;
  /** How much later than due a ping still counts as on time (systemd's RandomizedDelaySec). */
  jitterSeconds: number;
  /** A run that is open for longer than this is overlong; null: the grace is its limit. */
  maxRuntimeSeconds: number | null;
  /** A success quicker than this is a failure. */
  minRuntimeSeconds: number | null;
  /** A ping of an open run (`start` again with its run id, `log`) extends its limit. */
  progressExtends: boolean;
  overlap: ViolationPolicy;
  hostDuplicates: ViolationPolicy;
  /** A run takes far longer than the baseline (reported while it still runs), or far less. */
  outlierRuns: ViolationPolicy;
  /** What the numbers that its runs report must be; at most 10, of different metrics. */
  metricLimits: MetricLimit[];
  /** Alert when more than `count` pings or runs come within a window; `windowSeconds` null: within a slot. */
  tooOften: { count: number; of: "pings" | "runs"; windowSeconds: number | null } | null;
  /** How many bad slots the check tolerates before it goes down; null: none. */
  tolerance: Tolerance | null;
  /** How many good ends in a row bring a down check up again: 1 … 100. */
  recoverAfter: number;
  /** Alert when a new check has had no ping by its first slot plus the grace. */
  alertBeforeFirstPing: boolean;
  /** The project's windows that apply to this check; set in the project, not in the check. */
  maintenance?: readonly MaintenanceWindow[];
};

/** What one metric must be for a success to count as one. */
export type MetricLimit = {
  metric: string;
  /** The smallest and the largest number that is good; null: any. */
  min: number | null;
  max: number | null;
  /** A success without it is a failure. */
  required: boolean;
  /** It is far above or below what the last good runs reported. */
  outliers: ViolationPolicy;
};

/** `tolerateMissed` false: a run that did not come at all still alerts at once. */
export type Tolerance =
  | { kind: "in-a-row"; bad: number; tolerateMissed: boolean }
  | { kind: "of-last"; bad: number; of: number; tolerateMissed: boolean };

/** The default of every setting but the schedule. */
export const defaultSettings: Omit<CheckSettings, "schedule"> = {
  graceSeconds: 3600,
  manualResume: false,
  earlyMarginSeconds: 0,
  jitterSeconds: 0,
  maxRuntimeSeconds: null,
  minRuntimeSeconds: null,
  progressExtends: false,
  overlap: "allow",
  hostDuplicates: "allow",
  outlierRuns: "note",
  metricLimits: [],
  tooOften: null,
  tolerance: null,
  recoverAfter: 1,
  alertBeforeFirstPing: false,
};

const Grace = seconds(60, "grace must be between 1 minute and 365 days (60 to 31536000 seconds)");
const OptionalSpan = (name: string) =>
  seconds(0, `${name} must be between 0 and 365 days (0 to 31536000 seconds)`);
const Limit = (name: string) =>
  seconds(1, `${name} must be between 1 second and 365 days (1 to 31536000 seconds)`).nullable();
const ViolationPolicyInput = (name: string) =>
  z.enum(["allow", "note", "alert"], { error: `${name} must be allow, note or alert` });
const Switch = (name: string) => z.boolean({ error: `${name} must be true or false` });

const TooOften = z.strictObject({
  count: whole({ min: 1, max: 100 }, "count must be a whole number between 1 and 100"),
  of: z.enum(["pings", "runs"], { error: "of must be pings or runs" }),
  windowSeconds: seconds(
    1,
    "windowSeconds must be between 1 second and 365 days, or null for a slot",
  ).nullable(),
});

const METRIC_LIMITS_MAX = 10;
const MetricName = z
  .string({ error: "metric must be the name of a metric, such as rows" })
  .max(METRIC_NAME_CHARS_MAX, { error: `metric has at most ${METRIC_NAME_CHARS_MAX} characters` })
  .regex(METRIC_NAME, { error: "metric begins with a letter and has only letters, digits, _, - and ." });
const Bound = (name: string) => z.number({ error: `${name} must be a number, or null for none` }).nullable();

const MetricLimitInput = z
  .strictObject({
    metric: MetricName,
    min: Bound("min").default(null),
    max: Bound("max").default(null),
    required: Switch("required").default(true),
    outliers: ViolationPolicyInput("outliers").default("allow"),
  })
  .refine(({ min, max }) => min === null || max === null || min <= max, {
    path: ["min"],
    error: "min must not be more than max",
  })
  .refine(
    (limit) => limit.required || limit.min !== null || limit.max !== null || limit.outliers !== "allow",
    {
      path: ["required"],
      error: "this limit asks for nothing: give min, max or outliers, or make it required",
    },
  )
  .meta({
    id: "MetricLimit",
    description: "What a number that runs report must be, for a success to be one.",
  });

const MetricLimits = z
  .array(MetricLimitInput)
  .max(METRIC_LIMITS_MAX, { error: `a check has at most ${METRIC_LIMITS_MAX} metric limits` })
  .refine((limits) => new Set(limits.map(({ metric }) => metric)).size === limits.length, {
    error: "each metric has one limit: put min and max of it into the same",
  });

const Bad = whole({ min: 1, max: 100 }, "bad must be a whole number between 1 and 100");
const TolerateMissed = Switch("tolerateMissed");
const Tolerance = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("in-a-row"), bad: Bad, tolerateMissed: TolerateMissed }),
    z.strictObject({
      kind: z.literal("of-last"),
      bad: Bad,
      of: whole({ min: 1, max: 100 }, "of must be a whole number between 1 and 100"),
      tolerateMissed: TolerateMissed,
    }),
  ])
  .refine((tolerance) => tolerance.kind === "in-a-row" || tolerance.bad <= tolerance.of, {
    path: ["bad"],
    error: "bad must not be more than of",
  });

/**
 * All settings of a check, as people and programs send them. To create, spread them over `defaultSettings`; to change, use
 * `.partial()`. Each refusal is one sentence at the path of its field.
 */
export const CheckSettingsInput = z
  .strictObject({
    schedule: ScheduleInput,
    graceSeconds: Grace,
    manualResume: Switch("manualResume"),
    earlyMarginSeconds: OptionalSpan("early margin"),
    jitterSeconds: OptionalSpan("jitter"),
    maxRuntimeSeconds: Limit("max runtime"),
    minRuntimeSeconds: Limit("min runtime"),
    progressExtends: Switch("progressExtends"),
    overlap: ViolationPolicyInput("overlap"),
    hostDuplicates: ViolationPolicyInput("host duplicates"),
    outlierRuns: ViolationPolicyInput("outlier runs"),
    metricLimits: MetricLimits,
    tooOften: TooOften.nullable(),
    tolerance: Tolerance.nullable(),
    recoverAfter: whole({ min: 1, max: 100 }, "recover after must be a whole number between 1 and 100"),
    alertBeforeFirstPing: Switch("alertBeforeFirstPing"),
  })
  .meta({ id: "CheckSettings", description: "What a person decides about a check." });

function seconds(min: number, error: string) {
  return whole({ min, max: YEAR_SECONDS }, error);
}

function whole(bounds: { min: number; max: number }, error: string) {
  return z.int({ error }).min(bounds.min, { error }).max(bounds.max, { error });
}
