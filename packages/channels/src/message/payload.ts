import { INCIDENT_ENDS } from "@overdue/core";
import { z } from "zod";

/** The payloads of deliveries, as the column `payload` stores them. Instants are epoch milliseconds. */

/** The payload of a `run`. */
export const RunPayload = z.object({
  outcome: z.enum(["success", "fail", "lost"]),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  durationMs: z.number().nullable(),
  exitStatus: z.number().nullable(),
  host: z.string().nullable(),
  /** What was noticed about the run, such as "overlong", and how long it usually takes where that was noticed. */
  noticed: z.string().nullish(),
  usualMs: z.number().nullish(),
});

/** The payload of a `notice`; which parts of `evidence` are there depends on the notice. */
export const NoticePayload = z.object({
  at: z.number(),
  notice: z.string(),
  /** What was found, in words; left out where the kind of notice says it. */
  sentence: z.string().nullish(),
  evidence: z.object({
    durationMs: z.number().nullish(),
    limitMs: z.number().nullish(),
    usual: z.object({ medianMs: z.number(), runs: z.number() }).nullish(),
  }),
});

/** The payload of an `up` by which an incident ends without a recovery, for a provider that keeps incidents. */
export const EndPayload = z.object({ endedBy: z.enum(INCIDENT_ENDS) });

/** The payload of a `system` message, about a channel or about Overdue itself. */
export const SystemPayload = z.object({
  title: z.string(),
  sentence: z.string(),
  lines: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
});
