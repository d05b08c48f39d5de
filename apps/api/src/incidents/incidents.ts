import { exitEvidence, explainExit, SEVERITIES } from "@overdue/core";
import {
  type ActResult,
  findIncident,
  findIncidentFacts,
  findNeighbours,
  findOutput,
  findUser,
  type IncidentFacts,
  type IncidentRecord,
  type IncidentRef,
  listKeys,
  type Neighbour,
  type TimelineItem,
} from "@overdue/db";
import { z } from "zod";

import { evidenceView, EvidenceView, Reason } from "../history/views.ts";
import { type AppContext, canSeeDetails, readVia } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { iso, isoOrNull, Timestamp } from "../http/schemas.ts";

const Severity = z.enum(SEVERITIES);

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
    .meta({ description: "Until then nobody is notified of it; may lie in the past." }),
  host: z
    .string()
    .nullable()
    .meta({ description: "The host of the last run before it; null for a read-only key, too." }),
  address: z
    .string()
    .nullable()
    .meta({ description: "Source address of the last ping before it; null for a read-only key, too." }),
  stormId: z.uuid().nullable().meta({ description: "The same for incidents that were reported together." }),
  exitStatus: z.int().nullable().meta({ description: "The exit status that the job failed with." }),
  entries: z.int().meta({ description: "How many acts and notes of people there are." }),
  heldBy: z
    .array(z.object({ checkId: z.uuid(), name: z.string() }))
    .meta({ description: "Checks that it depends on and that are down: its own alert is held back." }),
});

export const IncidentSummary = Summary.meta({ id: "IncidentSummary" });

export const IncidentDetail = Summary.extend({
  evidence: EvidenceView,
  exitMeaning: z.object({ title: z.string(), hint: z.string().nullable() }).nullable(),
  output: z.string().nullable().meta({
    description: "The last lines that the job sent, at most 8 kB; not escaped. Null for a read-only key.",
  }),
  outputPing: z.int().nullable().meta({ description: "Number of the ping with this output." }),
  deliveredLate: z.object({ happenedAt: Timestamp, receivedAt: Timestamp }).nullable().meta({
    description:
      "For a run that was found missing: a ping that happened before, and was received after, since its sender could not reach Overdue.",
  }),
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
      deliveryKind: z.string().meta({ description: "The kind of message: down, up, reminder …" }),
      state: z.string(),
      attempts: z.int(),
      finishedAt: Timestamp.nullable(),
      lastError: z.string().nullable(),
    }).meta({ id: "TimelineDelivery" }),
    Item.extend({
      kind: z.enum(["acknowledged", "unacknowledged", "snoozed", "note"]),
      by: z.string(),
      text: z.string().meta({ description: "The note, or until when the incident is snoozed." }),
    }),
    Item.extend({
      kind: z.literal("maintenance"),
      until: Timestamp,
      by: z.string().meta({ description: "Who planned it." }),
      text: z.string().meta({ description: "The name of the window; `id` is the window's." }),
    }),
  ])
  .meta({ id: "TimelineItem" });

export function summaryView(incident: IncidentRecord): z.infer<typeof Summary> {
  const { evidence, snoozedUntil, checkTags, ...rest } = incident;
  return {
    ...rest,
    exitStatus: evidence.exitStatus,
    checkTags: checkTags.split(" ").filter((tag) => tag !== ""),
    openedAt: iso(incident.openedAt),
    resolvedAt: isoOrNull(incident.resolvedAt),
    acknowledgedAt: isoOrNull(incident.acknowledgedAt),
    snoozedUntil: snoozedUntil === Infinity ? "recovery" : isoOrNull(snoozedUntil),
  };
}

/** The fields of an incident that a read-only key does not get. */
export const HIDDEN_DETAILS = { host: null, address: null, acknowledgedBy: null } as const;

type IncidentContext = {
  facts: IncidentFacts | null;
  output: { pingNumber: number; exitStatus: number | null; output: string | null } | null;
  neighbours: readonly Neighbour[];
};

function detailView(
  incident: IncidentRecord,
  { output, neighbours, facts }: IncidentContext,
): IncidentDetail {
  const exitStatus = causeExitStatus(incident, output);
  return {
    ...summaryView(incident),
    evidence: evidenceView(incident.evidence),
    exitStatus,
    exitMeaning: explainExit(exitStatus, exitEvidence(facts?.facts ?? undefined)),
    output: output?.output ?? null,
    outputPing: output?.pingNumber ?? null,
    deliveredLate: facts?.late
      ? { happenedAt: iso(facts.late.happenedAt), receivedAt: iso(facts.late.receivedAt) }
      : null,
    alsoDown: neighbours.map((other) => ({ ...other, openedAt: iso(other.openedAt) })),
  };
}

/** The exit status that caused the incident; that of the last good run before a missed one means nothing. */
function causeExitStatus({ evidence }: IncidentRecord, output: IncidentContext["output"]): number | null {
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

/** An incident with its evidence, output and neighbours. @throws 404 */
export async function readIncident(c: AppContext, ref: IncidentRef): Promise<IncidentDetail> {
  const { pool } = c.var.deps;
  const incident = await findIncident(pool, ref);
  if (incident === null) throw ApiError.notFound("incident");
  const [output, neighbours, facts] = await Promise.all([
    findOutput(pool, ref),
    findNeighbours(pool, ref),
    findIncidentFacts(pool, ref),
  ]);
  const detail = detailView(incident, { output, neighbours, facts });
  return canSeeDetails(c.var) ? detail : { ...detail, ...HIDDEN_DETAILS, output: null };
}

/** The incident after an act. @throws 404; 409 if it is resolved */
export async function incidentAfter(
  c: AppContext,
  ref: IncidentRef,
  acted: ActResult,
): Promise<IncidentDetail> {
  switch (acted.kind) {
    case "unknown":
      throw ApiError.notFound("incident");
    case "resolved":
      throw new ApiError("conflict", `This incident is over: the check recovered ${utcText(acted.at)}.`);
    case "done":
    case "used":
    case "already":
      return await readIncident(c, ref);
  }
}

/** The name to which an act is attributed: that of the person, or of the key that was used. */
export async function actorName(c: AppContext): Promise<string> {
  const { actor, deps } = c.var;
  if (actor.kind === "user") {
    const user = await findUser(deps.db, actor.userId);
    return user?.name || user?.email || "somebody";
  }
  if (actor.kind === "nobody") return "somebody";
  const keys = await listKeys(deps.db, actor.projectId);
  const key = `API key ${keys.find(({ id }) => id === actor.keyId)?.name ?? actor.keyId}`;
  return readVia(c) === "mcp" ? `${key} (by MCP)` : key;
}

function utcText(at: number): string {
  return `on ${new Date(at).toISOString().slice(0, 16).replace("T", " at ")} UTC`;
}
