import { type Snooze, snoozedUntil } from "@overdue/core";
import {
  acknowledgeIncident,
  type Acted,
  findLinkedIncident,
  type LinkedIncident,
  readAction,
  type SignedAct,
  snoozeIncident,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";
import { actedPage, askingPage, brokenPage, expiredPage, overPage } from "./link-words.ts";

const PATH = "/incidents/act";

/** What a signed link in an alert leads to. Its signature is the permission; opening it changes nothing. */
export const linkRoutes = createRouter()
  .get(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    return showPage(c, "page" in link ? link.page : askingPage(link));
  })
  .post(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    return showPage(c, "page" in link ? link.page : actedPage(link, await perform(c, link)));
  });

export type Link = { act: SignedAct; incident: LinkedIncident; address: string };

async function readLink(c: AppContext): Promise<Link | { page: LinkPage }> {
  const { keyring, now, pool, settings } = c.var.deps;
  const read = readAction(keyring, new URL(c.req.url).searchParams, now());
  if (read.kind === "forged") return { page: brokenPage() };
  if (read.kind === "expired") return { page: expiredPage() };
  const incident = await findLinkedIncident(pool, read.act);
  if (incident === null) return { page: brokenPage() };
  const address = `${settings.publicUrl}/projects/${incident.projectId}/checks/${incident.checkId}`;
  const link = { act: read.act, incident, address };
  return incident.resolvedAt === null ? link : { page: overPage(link, incident.resolvedAt) };
}

async function perform(c: AppContext, { act, incident }: Link): Promise<Acted> {
  const { pool, now } = c.var.deps;
  const ref = { projectId: incident.projectId, incidentId: act.incidentId };
  const who = { by: `a link in ${incident.channelName}`, at: now() };
  if (act.act === "acknowledge") return await acknowledgeIncident(pool, ref, who);
  const snooze: Snooze = SNOOZES[act.act];
  return await snoozeIncident(pool, ref, { ...who, until: snoozedUntil(snooze, who.at, incident.timezone) });
}

const SNOOZES = {
  "snooze-30m": "30m",
  "snooze-2h": "2h",
  "snooze-tomorrow": "tomorrow",
  "snooze-recovery": "recovery",
} as const satisfies Record<Exclude<SignedAct["act"], "acknowledge">, Snooze>;
