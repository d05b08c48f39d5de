import { type Snooze, snoozedUntil } from "@overdue/core";
import {
  type Acted,
  findIncident,
  findProject,
  findUser,
  type IncidentRef,
  listKeys,
  neighboursOf,
  outputOf,
} from "@overdue/db";

import { type AppContext, seesDetails } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { detailOf, HIDDEN, type IncidentDetail } from "./incident-views.ts";

const YEAR_MS = 365 * 86_400_000;

/** An incident with all that is known about it. @throws 404 */
export async function readIncident(c: AppContext, ref: IncidentRef): Promise<IncidentDetail> {
  const { pool } = c.var.deps;
  const incident = await findIncident(pool, ref);
  if (incident === null) throw ApiError.notFound("incident");
  const [output, neighbours] = await Promise.all([outputOf(pool, ref), neighboursOf(pool, ref)]);
  const detail = detailOf(incident, { output, neighbours });
  return seesDetails(c.var) ? detail : { ...detail, ...HIDDEN, output: null };
}

/** The incident after an act. @throws 404, 409 where it is over */
export async function afterAct(c: AppContext, ref: IncidentRef, acted: Acted): Promise<IncidentDetail> {
  switch (acted.kind) {
    case "unknown":
      throw ApiError.notFound("incident");
    case "resolved":
      throw new ApiError("conflict", `This incident is over: the check recovered ${utc(acted.at)}.`);
    case "done":
    case "used":
    case "already":
      return await readIncident(c, ref);
  }
}

/** The name that an act is put down to: a person's, or that of the key they used. */
export async function whoActs(c: AppContext): Promise<string> {
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
export async function endOfSnooze(
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

function utc(at: number): string {
  return `on ${new Date(at).toISOString().slice(0, 16).replace("T", " at ")} UTC`;
}
