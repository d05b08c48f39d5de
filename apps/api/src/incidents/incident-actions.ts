import { type Snooze, snoozedUntil } from "@overdue/core";
import {
  acknowledgeIncident,
  type Acted,
  type ActVia,
  findIncident,
  findProject,
  findUser,
  type IncidentAct,
  type IncidentRef,
  type LinkedIncident,
  listKeys,
  findNeighbours,
  findOutput,
  type SignedAct,
  snoozeIncident,
} from "@overdue/db";

import { type AppContext, canSeeDetails } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { detailView, HIDDEN_DETAILS, type IncidentDetail } from "./incident-views.ts";

const YEAR_MS = 365 * 86_400_000;

/** An incident with all that is known about it. @throws 404 */
export async function readIncident(c: AppContext, ref: IncidentRef): Promise<IncidentDetail> {
  const { pool } = c.var.deps;
  const incident = await findIncident(pool, ref);
  if (incident === null) throw ApiError.notFound("incident");
  const [output, neighbours] = await Promise.all([findOutput(pool, ref), findNeighbours(pool, ref)]);
  const detail = detailView(incident, { output, neighbours });
  return canSeeDetails(c.var) ? detail : { ...detail, ...HIDDEN_DETAILS, output: null };
}

/** The incident after an act. @throws 404, 409 where it is over */
export async function incidentAfter(c: AppContext, ref: IncidentRef, acted: Acted): Promise<IncidentDetail> {
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

/** The name that an act is put down to: a person's, or that of the key they used. */
export async function actorName(c: AppContext): Promise<string> {
  const { actor, deps } = c.var;
  if (actor.kind === "user") {
    const user = await findUser(deps.db, actor.userId);
    return user?.name || user?.email || "somebody";
  }
  if (actor.kind === "nobody") return "somebody";
  const keys = await listKeys(deps.db, actor.projectId);
  return `API key ${keys.find((key) => key.id === actor.keyId)?.name ?? actor.keyId}`;
}

/** Until when a snooze lasts. @throws 400 for an instant that has passed or is more than a year ahead */
export async function snoozeEnd(
  c: AppContext,
  projectId: string,
  input: { for: Snooze; timezone?: string | undefined } | { until: string },
): Promise<number> {
  const now = c.var.deps.now();
  if ("for" in input) {
    const timezone = input.timezone ?? (await findProject(c.var.deps.db, projectId))?.timezone ?? "UTC";
    return snoozedUntil(input.for, now, timezone);
  }
  const until = Date.parse(input.until);
  if (until <= now) throw ApiError.invalid("until", "This instant has passed: name one to come.");
  if (until > now + YEAR_MS)
    throw ApiError.invalid(
      "until",
      'Use at most a year, or "for": "recovery" to hear nothing until it recovers.',
    );
  return until;
}

function utcText(at: number): string {
  return `on ${new Date(at).toISOString().slice(0, 16).replace("T", " at ")} UTC`;
}

type Action = {
  act: Pick<SignedAct, "act" | "incidentId">;
  incident: LinkedIncident;
  by: string;
  via: ActVia;
};

/** Performs the action of an alert's link or button. `by`: the name of the person, for the timeline. */
export async function performAction(c: AppContext, { act, incident, by, via }: Action): Promise<Acted> {
  const { pool, now } = c.var.deps;
  const ref = { projectId: incident.projectId, incidentId: act.incidentId };
  const who = { by, at: now(), via };
  if (act.act === "acknowledge") return await acknowledgeIncident(pool, ref, who);
  const until = snoozedUntil(SNOOZES[act.act], who.at, incident.timezone);
  return await snoozeIncident(pool, ref, { ...who, until });
}

const SNOOZES = {
  "snooze-30m": "30m",
  "snooze-2h": "2h",
  "snooze-tomorrow": "tomorrow",
  "snooze-recovery": "recovery",
} as const satisfies Record<Exclude<IncidentAct, "acknowledge">, Snooze>;
