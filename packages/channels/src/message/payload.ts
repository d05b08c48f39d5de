import { INCIDENT_ENDS } from "@overdue/core";
import { z } from "zod";

/** What a delivery tells that is no incident, as the outbox stores it. Instants are epoch milliseconds. */
export const RunPayload = z.object({
  outcome: z.enum(["success", "fail", "lost"]),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  durationMs: z.number().nullable(),
  exitStatus: z.number().nullable(),
  host: z.string().nullable(),
  /** What was noticed about it, and how long is usual where that was it. */
  noticed: z.string().nullish(),
  usualMs: z.number().nullish(),
});

/** `evidence` holds what the notice of this sort knows: how long a run took, and how long is usual. */
export const NoticePayload = z.object({
  at: z.number(),
  notice: z.string(),
  /** What was found, in words; by itself the notice's own. */
  sentence: z.string().nullish(),
  evidence: z.object({
    durationMs: z.number().nullish(),
    limitMs: z.number().nullish(),
    usual: z.object({ medianMs: z.number(), runs: z.number() }).nullish(),
  }),
});

/** An incident that ended without a recovery, for a channel that keeps it. */
export const EndPayload = z.object({ endedBy: z.enum(INCIDENT_ENDS) });

/** Put into words by whoever wrote it: something about a channel or Overdue itself. */
export const SaidPayload = z.object({
  title: z.string(),
  sentence: z.string(),
  lines: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
});
