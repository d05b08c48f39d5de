import { explainExit } from "@overdue/core";
import type { IncidentRecord, Neighbour, TimelineItem } from "@overdue/db";
import { z } from "zod";

import { evidenceView, EvidenceView, Reason } from "../history/views.ts";
import { isoOrNull, Timestamp, iso } from "../http/schemas.ts";

const Severity = z.enum(["info", "warning", "critical"]);

const Summary = z.object({
  id: z.uuid(),
  checkId: z.uuid(),
  checkName: z.string(),
  checkSlug: z.string(),
  checkTags: z.array(z.string()),
  checkStatus: z.enum(["new", "up", "down", "paused"]).meta({ description: "As it is now." }),
  severity: Severity,
  reason: Reason,
  openedAt: Timestamp.meta({ description: "Since when the check is down." }),
  resolvedAt: Timestamp.nullable().meta({ description: "When it recovered; null while it is open." }),
  acknowledgedAt: Timestamp.nullable(),
  acknowledgedBy: z.string().nullable(),
  snoozedUntil: z
    .union([Timestamp, z.literal("recovery")])
    .nullable()
    .meta({ description: "Until then nobody is notified of it; may have passed." }),
  host: z
    .string()
    .nullable()
    .meta({ description: "Where the last run before it came from; null for a read-only key, too." }),
  address: z
    .string()
    .nullable()
    .meta({ description: "Source address of the last ping before it; null for a read-only key, too." }),
  stormId: z.uuid().nullable().meta({ description: "The same for checks that went down together." }),
  entries: z.int().meta({ description: "How many acts and notes of people there are." }),
  heldBy: z
    .array(z.object({ checkId: z.uuid(), name: z.string() }))
    .meta({ description: "Checks that it depends on and that are down: its own alert is held back." }),
});

export const IncidentSummary = Summary.meta({ id: "IncidentSummary" });

export const IncidentDetail = Summary.extend({
  evidence: EvidenceView,
  exitStatus: z.int().nullable(),
  exitMeaning: z.object({ title: z.string(), hint: z.string().nullable() }).nullable(),
  output: z.string().nullable().meta({
    description: "The last lines that the job sent, at most 8 kB; not escaped. Null for a read-only key.",
  }),
  outputPing: z.int().nullable().meta({ description: "Number of the ping that carried them." }),
  alsoDown: z
    .array(
      z.object({
        incidentId: z.uuid(),
        checkId: z.uuid(),
        checkName: z.string(),
        reason: Reason,
        openedAt: Timestamp,
        shares: z.enum(["host", "address"]),
      }),
    )
    .meta({ description: "Other open incidents on the same host or from the same address; 50 at most." }),
}).meta({ id: "IncidentDetail" });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

const Item = z.object({ id: z.uuid(), at: Timestamp });

export const TimelineView = z
  .discriminatedUnion("kind", [
    Item.extend({
      kind: z.literal("flip"),
      from: z.string(),
      to: z.string(),
      reason: z.union([Reason, z.null()]),
      detectedAt: Timestamp,
    }),
    Item.extend({
      kind: z.literal("delivery"),
      channelId: z.uuid(),
      channelName: z.string(),
      channelKind: z.string(),
      deliveryKind: z.string().meta({ description: "What the message says: down, up, reminder …" }),
      state: z.string(),
      attempts: z.int(),
      finishedAt: Timestamp.nullable(),
      lastError: z.string().nullable(),
    }).meta({ id: "TimelineDelivery" }),
    Item.extend({
      kind: z.enum(["acknowledged", "unacknowledged", "snoozed", "note"]),
      by: z.string(),
      text: z.string().meta({ description: "The note; of a snooze: until when." }),
    }),
    Item.extend({
      kind: z.literal("maintenance"),
      until: Timestamp,
      by: z.string().meta({ description: "Who planned it." }),
      text: z.string().meta({ description: "What the window is called; `id` is the window's." }),
    }),
  ])
  .meta({ id: "TimelineItem" });

export function summaryView(incident: IncidentRecord): z.infer<typeof Summary> {
  const { evidence: _, snoozedUntil, checkTags, ...rest } = incident;
  return {
    ...rest,
    checkTags: checkTags.split(" ").filter((tag) => tag !== ""),
    openedAt: iso(incident.openedAt),
    resolvedAt: isoOrNull(incident.resolvedAt),
    acknowledgedAt: isoOrNull(incident.acknowledgedAt),
    snoozedUntil: snoozedUntil === Infinity ? "recovery" : isoOrNull(snoozedUntil),
  };
}

/** What a read-only key does not get of an incident. */
export const HIDDEN_DETAILS = { host: null, address: null, acknowledgedBy: null } as const;

type Around = {
  output: { pingNumber: number; exitStatus: number | null; output: string | null } | null;
  neighbours: readonly Neighbour[];
};

export function detailView(incident: IncidentRecord, { output, neighbours }: Around): IncidentDetail {
  const exitStatus = causeExitStatus(incident, output);
  return {
    ...summaryView(incident),
    evidence: evidenceView(incident.evidence),
    exitStatus,
    exitMeaning: explainExit(exitStatus),
    output: output?.output ?? null,
    outputPing: output?.pingNumber ?? null,
    alsoDown: neighbours.map((other) => ({ ...other, openedAt: iso(other.openedAt) })),
  };
}

/** Of what brought it down; the last good run before a missed one says nothing. */
function causeExitStatus({ evidence }: IncidentRecord, output: Around["output"]): number | null {
  const isCause = output !== null && output.pingNumber === evidence.pingNumber;
  return evidence.exitStatus ?? (isCause ? output.exitStatus : null);
}

export function timelineView(item: TimelineItem): z.infer<typeof TimelineView> {
  const at = iso(item.at);
  switch (item.kind) {
    case "flip":
      return { ...item, at, detectedAt: iso(item.detectedAt) };
    case "delivery":
      return { ...item, at, finishedAt: isoOrNull(item.finishedAt) };
    case "maintenance":
      return { ...item, at, until: iso(item.until) };
    case "acknowledged":
    case "unacknowledged":
    case "snoozed":
    case "note":
      return { ...item, at };
  }
}
