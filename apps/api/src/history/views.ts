import { type Evidence, REASONS, STATUSES } from "@overdue/core";
import { type CheckRef, type EventPosition, hasCheck } from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { InstantInput, isoOrNull, readCursor, Timestamp } from "../http/schemas.ts";

export const Reason = z.enum(REASONS).meta({ id: "Reason" });
const Status = z.enum(STATUSES);

/** Numbers by name. */
export const MetricsView = z.record(z.string(), z.number());

const MetricFindingView = z
  .object({
    metric: z.string(),
    value: z.number().nullable().meta({ description: "Null if the run ended well without it." }),
    min: z.number().nullable(),
    max: z.number().nullable(),
    problem: z
      .string()
      .optional()
      .meta({ description: "What is wrong with what came in place of a number." }),
    usual: z
      .object({ median: z.number(), runs: z.int() })
      .optional()
      .meta({ description: "For an outlier: the median of the last runs, and how many they were." }),
  })
  .meta({ id: "MetricFinding", description: "A metric that is not as a limit of the check asks." });

/** The facts that a wrapper reported about a run, and how late they were delivered. */
export const REPORTED_FACTS = {
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .nullable()
    .meta({
      description:
        "What the command `overdue` reported about the run, such as its host, signal, processor time and memory; null if nothing, and for a read-only key.",
    }),
  lateMs: z.int().nullable().meta({
    description:
      "How long after it happened it was delivered, because its machine could not reach Overdue; null: at once.",
  }),
};

export const RunView = z
  .object({
    id: z.uuid(),
    rid: z.string().nullable(),
    host: z.string().nullable().meta({ description: "Null for a read-only key, too." }),
    startedAt: Timestamp.nullable().meta({ description: "Null when only its end was received." }),
    endedAt: Timestamp.nullable().meta({ description: "Null while it runs." }),
    outcome: z.enum(["running", "success", "fail", "lost"]),
    durationMs: z.int().nullable(),
    exitStatus: z.int().nullable(),
    exitMeaning: z
      .object({ title: z.string(), hint: z.string().nullable() })
      .nullable()
      .meta({ description: "What the exit status says; null for success." }),
    overlong: z.boolean(),
    metrics: MetricsView.nullable().meta({
      description: "The numbers that its pings reported; null for none.",
    }),
    guessed: z.boolean().meta({ description: "Start and end were matched without a run id." }),
    ...REPORTED_FACTS,
    outputPing: z.int().nullable().meta({
      description:
        "Number of the ping that ended it, whose body is the job's output; null if there was no output.",
    }),
  })
  .meta({ id: "Run" });

export const SlotRun = RunView.pick({
  startedAt: true,
  endedAt: true,
  outcome: true,
  durationMs: true,
  exitStatus: true,
  exitMeaning: true,
  overlong: true,
});

export const SlotView = z
  .object({
    dueAt: Timestamp,
    outcome: z.enum(["on-time", "early", "late", "missed", "failed", "excluded"]),
    decidedAt: Timestamp,
    lateMs: z.int().nullable().meta({
      description:
        "Negative if it came early: a few seconds may mean that the clock of its host is ahead. For a missed slot: how late its scheduler ran it after all, null if it did not.",
    }),
    runId: z.uuid().nullable(),
    run: SlotRun.nullable().meta({ description: "The run of `runId`; null if none is kept." }),
    because: z.enum(["maintenance", "overlap"]).nullable().meta({
      description:
        "For an excluded slot: maintenance, or null for an outage of Overdue itself. For a missed slot: overlap if the run before was still going when it was due.",
    }),
  })
  .meta({ id: "Slot" });

export const FlipView = z
  .object({
    id: z.uuid(),
    at: Timestamp.meta({ description: "The deadline's or the ping's instant." }),
    detectedAt: Timestamp,
    from: Status,
    to: Status,
    // Not `.nullable()`, which would make the named schema itself nullable in the document.
    reason: z.union([Reason, z.null()]),
    alerts: z.boolean().meta({ description: "Whether it raises an alert." }),
    channels: z.int().meta({ description: "How many channels were notified of it." }),
  })
  .meta({ id: "Flip" });

export const EvidenceView = z
  .object({
    expectedAt: Timestamp.nullable(),
    deadlineAt: Timestamp.nullable(),
    lastHeardAt: Timestamp.nullable(),
    exitStatus: z.int().nullable(),
    runId: z.string().nullable(),
    pingNumber: z.int().nullable(),
    durationMs: z.int().nullable(),
    limitMs: z.int().nullable(),
    baseline: z
      .object({ medianMs: z.number(), runs: z.int() })
      .optional()
      .meta({ description: "For an outlier: the median duration of the last runs, and how many they were." }),
    metrics: z
      .array(MetricFindingView)
      .optional()
      .meta({ description: "For a number beyond a limit: what was found." }),
    policy: z
      .object({
        text: z.string(),
        lostFrom: Timestamp.nullable().meta({ description: "Null while the scheduler may still start it." }),
        nextAt: Timestamp.nullable().meta({ description: "When the next run is due." }),
      })
      .optional()
      .meta({
        description:
          "For a run that did not come: whether its scheduler will still run it later, and from when on it certainly will not. Left out if that is not known of the scheduler.",
      }),
  })
  .meta({ id: "Evidence" });

export const IncidentView = z
  .object({
    id: z.uuid(),
    reason: Reason,
    openedAt: Timestamp,
    resolvedAt: Timestamp.nullable(),
    evidence: EvidenceView,
  })
  .meta({ id: "Incident" });

export const NoticeView = z
  .object({
    id: z.uuid(),
    at: Timestamp,
    notice: z.union([Reason, z.literal("edited")]),
    evidence: EvidenceView,
  })
  .meta({ id: "Notice", description: "Worth a line in the history, but no alert." });

const Cursor = z.tuple([InstantInput, z.uuid()]);

/** Requires that the check exists. @throws 404 */
export async function requireCheck(c: AppContext, ref: CheckRef): Promise<CheckRef> {
  if (!(await hasCheck(c.var.deps.db, ref))) throw ApiError.notFound("check");
  return ref;
}

/** Reads a cursor as the position at which a page of events begins. @throws 400 */
export function eventPosition(cursor: string | undefined): EventPosition | null {
  const read = readCursor(cursor, Cursor);
  return read === null ? null : { at: new Date(read[0]), id: read[1] };
}

export function evidenceView({ policy, ...evidence }: Evidence) {
  return {
    ...evidence,
    expectedAt: isoOrNull(evidence.expectedAt),
    deadlineAt: isoOrNull(evidence.deadlineAt),
    lastHeardAt: isoOrNull(evidence.lastHeardAt),
    ...(policy !== undefined && {
      policy: {
        text: policy.text,
        lostFrom: isoOrNull(policy.lostFrom),
        nextAt: isoOrNull(policy.nextAt),
      },
    }),
  };
}
