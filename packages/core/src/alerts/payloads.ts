import { z } from "zod";

import { PROVIDER_INCIDENT_ENDS } from "../delivery/delivery-kinds.ts";

/** The payloads of deliveries, as the column `payload` stores them. Instants are epoch milliseconds. */

/** The payload of a `run`. */
export const RunPayload = z.object({
  runId: z.string().optional(),
  outcome: z.enum(["success", "fail", "lost"]),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  durationMs: z.number().nullable(),
  exitStatus: z.number().nullable(),
  host: z.string().nullable(),
  /** What was noticed about the run, such as "overlong"; for an outlier also how long a run usually takes. */
  noticed: z.string().nullish(),
  usualMs: z.number().nullish(),
  /** The numbers that it reported. */
  metrics: z.record(z.string(), z.number()).nullish(),
});
export type RunPayload = z.infer<typeof RunPayload>;

const Finding = z.object({
  metric: z.string(),
  value: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  problem: z.string().optional(),
  usual: z.object({ median: z.number(), runs: z.number() }).optional(),
});

/** The payload of a `notice`; which fields of `evidence` are set depends on the notice. */
export const NoticePayload = z.object({
  at: z.number(),
  notice: z.string(),
  /** What was found, as a sentence; left out if the kind of notice says it already. */
  sentence: z.string().nullish(),
  evidence: z.object({
    durationMs: z.number().nullish(),
    limitMs: z.number().nullish(),
    baseline: z.object({ medianMs: z.number(), runs: z.number() }).nullish(),
    metrics: z.array(Finding).nullish(),
    /** The number of the ping that caused the notice; null if a deadline caused it. */
    pingNumber: z.number().nullish(),
  }),
});
export type NoticePayload = z.infer<typeof NoticePayload>;

/**
 * The payload of an `up` that ends an incident without a recovery. It is sent to providers that keep incidents of their
 * own, which would stay open otherwise.
 */
export const EndPayload = z.object({ endedBy: z.enum(PROVIDER_INCIDENT_ENDS) });
export type EndPayload = z.infer<typeof EndPayload>;

/** The payload of a `system` message, about a channel or about Overdue itself. */
export const SystemPayload = z.object({
  title: z.string(),
  sentence: z.string(),
  lines: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
});
export type SystemPayload = z.infer<typeof SystemPayload>;

const Compared = z.object({ now: z.number(), before: z.number() });
const Share = z.object({ now: z.number().nullable(), before: z.number().nullable() });
const checkFields = { checkId: z.string(), name: z.string() };

function totalAndFirst<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ total: z.number(), first: z.array(z.object(shape)).readonly() });
}

/** The payload of a `report`: the result of `reportOf` for a period. */
export const ReportPayload = z.object({
  /** The id of the subscription, so that a link can end it. */
  reportId: z.string(),
  period: z.object({
    every: z.enum(["week", "month"]),
    label: z.string(),
    from: z.number(),
    until: z.number(),
    timezone: z.string(),
  }),
  report: z.object({
    checks: z.number(),
    uptime: Share,
    leftOut: z.object({ pausedChecks: z.number(), maintenanceChecks: z.number(), outageMs: z.number() }),
    onTime: Compared,
    late: Compared,
    missed: Compared,
    failed: Compared,
    excluded: Compared,
    downs: Compared,
    worst: totalAndFirst({ ...checkFields, uptime: z.number(), downMs: z.number(), downs: z.number() }),
    latest: totalAndFirst({ ...checkFields, late: z.number(), lateMostMs: z.number() }),
    slowest: totalAndFirst({ ...checkFields, longestMs: z.number(), usualMs: z.number().nullable() }),
    neverRan: totalAndFirst({ ...checkFields, createdAt: z.number() }),
    silent: totalAndFirst({ ...checkFields, lastPingAt: z.number() }),
    paused: totalAndFirst({ ...checkFields, pausedAt: z.number().nullable() }),
    open: totalAndFirst({ ...checkFields, reason: z.string(), openedAt: z.number() }),
    broken: totalAndFirst({ id: z.string(), name: z.string(), brokenAt: z.number(), because: z.string() }),
  }),
});
export type ReportPayload = z.infer<typeof ReportPayload>;

/** The payload of a `report` about coming clock changes: the result of `clockChangesAhead`. */
export const ClockChangesPayload = z.object({
  reportId: z.string(),
  clockChanges: z.array(
    z.object({
      at: z.number(),
      timezone: z.string(),
      text: z.string(),
      total: z.number(),
      first: z.array(z.object({ ...checkFields, effect: z.string() })).readonly(),
    }),
  ),
});
export type ClockChangesPayload = z.infer<typeof ClockChangesPayload>;
