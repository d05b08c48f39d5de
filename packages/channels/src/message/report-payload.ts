import { z } from "zod";

const Compared = z.object({ now: z.number(), before: z.number() });
const Share = z.object({ now: z.number().nullable(), before: z.number().nullable() });
const OfCheck = { checkId: z.string(), name: z.string() };

function few<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ total: z.number(), first: z.array(z.object(shape)) });
}

/** The payload of a `report`: the result of core's `reportOf` for a period. Instants are epoch milliseconds. */
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
    notJudged: Compared,
    downs: Compared,
    worst: few({ ...OfCheck, uptime: z.number(), downMs: z.number(), downs: z.number() }),
    latest: few({ ...OfCheck, late: z.number(), lateMostMs: z.number() }),
    slowest: few({ ...OfCheck, longestMs: z.number(), usualMs: z.number().nullable() }),
    neverRan: few({ ...OfCheck, createdAt: z.number() }),
    silent: few({ ...OfCheck, lastPingAt: z.number() }),
    paused: few({ ...OfCheck, pausedAt: z.number().nullable() }),
    open: few({ ...OfCheck, reason: z.string(), openedAt: z.number() }),
    broken: few({ id: z.string(), name: z.string(), brokenAt: z.number(), because: z.string() }),
  }),
});
export type ReportPayload = z.infer<typeof ReportPayload>;
