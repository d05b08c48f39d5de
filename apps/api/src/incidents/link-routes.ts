import {
  type Acted,
  findLinkedIncident,
  type LinkedIncident,
  linkUsedAt,
  readAction,
  type SignedAct,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";
import { performAct } from "./perform-act.ts";
import { actedPage, askingPage, brokenPage, expiredPage, overPage } from "./link-words.ts";

const PATH = "/incidents/act";

/** What a signed link in an alert leads to. Its signature is the permission; opening it changes nothing. */
export const linkRoutes = createRouter()
  .get(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const usedAt = await linkUsedAt(c.var.deps.pool, link.act.incidentId, nameOf(link.act));
    return showPage(c, usedAt === null ? askingPage(link) : actedPage(link, used(link, usedAt)));
  })
  .post(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const by = `a link in ${link.incident.channelName}`;
    const { act, incident } = link;
    const via = { kind: "link", link: nameOf(act), address: c.var.deps.clientAddress(c) } as const;
    const acted = await performAct(c, { act, incident, by, via });
    return showPage(c, actedPage(link, acted.kind === "used" ? used(link, acted.at) : acted));
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

/** Of an incident that is still acknowledged that is what the reader wants to know. */
function used({ act, incident }: Link, at: number): Acted {
  return act.act === "acknowledge" && incident.acknowledgedAt !== null
    ? { kind: "already", by: incident.acknowledgedBy }
    : { kind: "used", at };
}

/** What tells a link from every other of its incident: the same alert carries each act once. */
function nameOf({ act, channelId, expiresAt }: SignedAct): string {
  return [act, channelId, Math.floor(expiresAt / 1_000)].join("|");
}
