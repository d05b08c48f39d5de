import { type Snooze, snoozedUntil } from "@overdue/core";
import {
  acknowledgeIncident,
  type ActVia,
  type Acted,
  type IncidentAct,
  type LinkedIncident,
  type SignedAct,
  snoozeIncident,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";

type Doing = {
  act: Pick<SignedAct, "act" | "incidentId">;
  incident: LinkedIncident;
  by: string;
  via: ActVia;
};

/** Does what an alert's link or button stands for. `by`: as the timeline names whoever did it. */
export async function performAct(c: AppContext, { act, incident, by, via }: Doing): Promise<Acted> {
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
