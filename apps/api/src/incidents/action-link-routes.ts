import {
  type ActResult,
  findLinkedIncident,
  type IncidentAct,
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

type ActionTexts = { ask: string; button: string; effect: string; done: string };

const ACTION_TEXTS: Record<IncidentAct, ActionTexts> = {
  acknowledge: {
    ask: "Acknowledge",
    button: "Acknowledge",
    effect:
      "Others will see that somebody deals with it: nobody else is notified, and no reminders are sent.",
    done: "Acknowledged",
  },
  "snooze-30m": {
    ask: "Snooze for 30 minutes",
    button: "Snooze for 30 minutes",
    effect: "Nobody is notified of this incident for 30 minutes. Its recovery is sent all the same.",
    done: "Snoozed for 30 minutes",
  },
  "snooze-2h": {
    ask: "Snooze for 2 hours",
    button: "Snooze for 2 hours",
    effect: "Nobody is notified of this incident for 2 hours. Its recovery is sent all the same.",
    done: "Snoozed for 2 hours",
  },
  "snooze-tomorrow": {
    ask: "Snooze until tomorrow 9:00",
    button: "Snooze until tomorrow 9:00",
    effect: "Nobody is notified of this incident until then. Its recovery is sent all the same.",
    done: "Snoozed until tomorrow 9:00",
  },
  "snooze-recovery": {
    ask: "Snooze until it recovers",
    button: "Snooze until it recovers",
    effect: "Nobody is notified of this incident any more. Its recovery is sent.",
    done: "Snoozed until it recovers",
  },
};

/** The page that says what will happen, and asks. */
function askingPage(link: ActionLink): LinkPage {
  const { act, incident } = link;
  const words = ACTION_TEXTS[act.act];
  if (act.act === "acknowledge" && incident.acknowledgedAt !== null)
    return alreadyPage(link, incident.acknowledgedBy);
  const zone = act.act === "snooze-tomorrow" ? [`9:00 is in the time zone ${incident.timezone}.`] : [];
  return {
    status: 200,
    title: `${words.ask}: ${incident.checkName}`,
    sentences: [
      `It has been down since ${inZone(incident.openedAt, incident.timezone)}.`,
      words.effect,
      ...zone,
      "Opening this page has changed nothing yet.",
    ],
    button: words.button,
    address: link.address,
  };
}

/** The page that says what was done, or why it could not be done. */
function actedPage(link: ActionLink, acted: ActResult): LinkPage {
  switch (acted.kind) {
    case "unknown":
      return brokenPage();
    case "resolved":
      return overPage(link, acted.at);
    case "used":
      return usedPage(link, acted.at);
    case "already":
      return alreadyPage(link, acted.by);
    case "done":
      return {
        status: 200,
        title: `${ACTION_TEXTS[link.act.act].done}: ${link.incident.checkName}`,
        sentences: ["Done. You can close this page."],
        button: null,
        address: link.address,
      };
  }
}

function usedPage(link: ActionLink, at: number): LinkPage {
  return {
    status: 200,
    title: "This link was used already",
    sentences: [
      `It was used ${inZone(at, link.incident.timezone)}, and works only once. Nothing was changed now.`,
      "Sign in to Overdue to see the state of the incident, or to do it again.",
    ],
    button: null,
    address: link.address,
  };
}

function overPage(link: ActionLink, at: number): LinkPage {
  return {
    status: 200,
    title: `${link.incident.checkName} is up again`,
    sentences: [`This incident ended ${inZone(at, link.incident.timezone)}. There is nothing left to do.`],
    button: null,
    address: link.address,
  };
}

function expiredPage(): LinkPage {
  return {
    status: 410,
    title: "This link has expired",
    sentences: ["Links in alerts are valid for 7 days. Sign in to Overdue to look at the incident."],
    button: null,
    address: null,
  };
}

/** The page for a forged link, and also for a deleted check or channel, so that a stranger learns nothing from it. */
function brokenPage(): LinkPage {
  return {
    status: 404,
    title: "This link does not work",
    sentences: [
      "It was changed or cut off, or its check or channel was deleted. Open it from the alert again, or sign in to Overdue.",
    ],
    button: null,
    address: null,
  };
}

function alreadyPage(link: ActionLink, by: string | null): LinkPage {
  return {
    status: 200,
    title: `${link.incident.checkName} is acknowledged`,
    sentences: [`${by ?? "Somebody"} acknowledged this incident already. Nothing was changed.`],
    button: null,
    address: link.address,
  };
}

function inZone(at: number, timezone: string): string {
  const format = { dateStyle: "medium", timeStyle: "short", timeZone: timezone } as const;
  return `${new Intl.DateTimeFormat("en-GB", format).format(at)} (${timezone})`;
}

const ACTION_PATH = "/incidents/act";

/** The pages of signed links in alerts. The signature is the permission; opening a link changes nothing. */
export const actionLinkRoutes = createRouter()
  .get(ACTION_PATH, guard({ auth: "self-checked" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const usedAt = await linkUsedAt(c.var.deps.pool, link.act.incidentId, linkName(link.act));
    return showPage(c, usedAt === null ? askingPage(link) : actedPage(link, usedResult(link, usedAt)));
  })
  .post(ACTION_PATH, guard({ auth: "self-checked" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const by = `a link in ${link.incident.channelName}`;
    const { act, incident } = link;
    const via = { kind: "link", link: linkName(act), address: c.var.deps.clientAddress(c) } as const;
    const acted = await performAct(c, { act, incident, by, via });
    return showPage(c, actedPage(link, acted.kind === "used" ? usedResult(link, acted.at) : acted));
  });

export type ActionLink = { act: SignedAct; incident: LinkedIncident; address: string };

async function readLink(c: AppContext): Promise<ActionLink | { page: LinkPage }> {
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

/** The result to show for a used link: if the incident is still acknowledged, that matters more than when the link was used. */
function usedResult({ act, incident }: ActionLink, at: number): ActResult {
  return act.act === "acknowledge" && incident.acknowledgedAt !== null
    ? { kind: "already", by: incident.acknowledgedBy }
    : { kind: "used", at };
}

/** Identifies a link among those of its incident: an alert contains one link for each act. */
function linkName({ act, channelId, expiresAt }: SignedAct): string {
  return [act, channelId, Math.floor(expiresAt / 1_000)].join("|");
}
