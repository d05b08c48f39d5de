import { findLinkedIncident, type LinkedIncident, readAction, type SignedAct } from "@overdue/db";

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
    return showPage(c, "page" in link ? link.page : askingPage(link));
  })
  .post(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const by = `a link in ${link.incident.channelName}`;
    return showPage(c, actedPage(link, await performAct(c, { ...link, by })));
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
