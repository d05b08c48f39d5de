import { type Snooze, snoozedUntil } from "@overdue/core";
import {
  acknowledgeIncident,
  type ActResult,
  type ActVia,
  type IncidentAct,
  type LinkedIncident,
  type SignedAct,
  snoozeIncident,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";

type Request = {
  act: Pick<SignedAct, "act" | "incidentId">;
  incident: LinkedIncident;
  by: string;
  via: ActVia;
};

/** Performs what an alert's link or button is for. `by`: the name of the person, for the timeline. */
export async function performAct(c: AppContext, { act, incident, by, via }: Request): Promise<ActResult> {
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
