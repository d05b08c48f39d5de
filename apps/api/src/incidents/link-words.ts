import type { Acted, IncidentAct } from "@overdue/db";

import type { LinkPage } from "../http/link-page.ts";
import type { Link } from "./link-routes.ts";

type Words = { ask: string; button: string; effect: string; done: string };

const WORDS: Record<IncidentAct, Words> = {
  acknowledge: {
    ask: "Acknowledge",
    button: "Acknowledge",
    effect: "Others will see that somebody looks after it: nobody else is called, and no reminders are sent.",
    done: "Acknowledged",
  },
  "snooze-30m": {
    ask: "Snooze for 30 minutes",
    button: "Snooze for 30 minutes",
    effect: "Nobody is told of this incident for 30 minutes. Its recovery is told all the same.",
    done: "Snoozed for 30 minutes",
  },
  "snooze-2h": {
    ask: "Snooze for 2 hours",
    button: "Snooze for 2 hours",
    effect: "Nobody is told of this incident for 2 hours. Its recovery is told all the same.",
    done: "Snoozed for 2 hours",
  },
  "snooze-tomorrow": {
    ask: "Snooze until tomorrow 9:00",
    button: "Snooze until tomorrow 9:00",
    effect: "Nobody is told of this incident until then. Its recovery is told all the same.",
    done: "Snoozed until tomorrow 9:00",
  },
  "snooze-recovery": {
    ask: "Snooze until it recovers",
    button: "Snooze until it recovers",
    effect: "Nobody is told of this incident any more. Its recovery is told.",
    done: "Snoozed until it recovers",
  },
};

/** Says what will happen, and asks. */
export function askingPage(link: Link): LinkPage {
  const { act, incident } = link;
  const words = WORDS[act.act];
  if (act.act === "acknowledge" && incident.acknowledgedAt !== null)
    return alreadyPage(link, incident.acknowledgedBy);
  const zone = act.act === "snooze-tomorrow" ? [`9:00 is by the clock of ${incident.timezone}.`] : [];
  return {
    status: 200,
    title: `${words.ask}: ${incident.checkName}`,
    sentences: [
      `It is down since ${inZone(incident.openedAt, incident.timezone)}.`,
      words.effect,
      ...zone,
      "Opening this page has changed nothing yet.",
    ],
    button: words.button,
    address: link.address,
  };
}

/** Says what was done, or why it could not be. */
export function actedPage(link: Link, acted: Acted): LinkPage {
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
        title: `${WORDS[link.act.act].done}: ${link.incident.checkName}`,
        sentences: ["Done. You can close this page."],
        button: null,
        address: link.address,
      };
  }
}

function usedPage(link: Link, at: number): LinkPage {
  return {
    status: 200,
    title: "This link was used already",
    sentences: [
      `It did its work ${inZone(at, link.incident.timezone)}, and does so once. Nothing was changed now.`,
      "Sign in to Overdue to see how the incident stands, or to do it again.",
    ],
    button: null,
    address: link.address,
  };
}

export function overPage(link: Link, at: number): LinkPage {
  return {
    status: 200,
    title: `${link.incident.checkName} is up again`,
    sentences: [`This incident ended ${inZone(at, link.incident.timezone)}. There is nothing left to do.`],
    button: null,
    address: link.address,
  };
}

export function expiredPage(): LinkPage {
  return {
    status: 410,
    title: "This link has expired",
    sentences: ["Links in alerts are good for 7 days. Sign in to Overdue to look at the incident."],
    button: null,
    address: null,
  };
}

/** Also for what is gone: a stranger learns nothing from it. */
export function brokenPage(): LinkPage {
  return {
    status: 404,
    title: "This link does not work",
    sentences: [
      "It was changed or cut off on its way, or what it belongs to was deleted. Open it from the alert again, or sign in to Overdue.",
    ],
    button: null,
    address: null,
  };
}

function alreadyPage(link: Link, by: string | null): LinkPage {
  return {
    status: 200,
    title: `${link.incident.checkName} is looked after`,
    sentences: [`${by ?? "Somebody"} acknowledged this incident already. Nothing was changed.`],
    button: null,
    address: link.address,
  };
}

function inZone(at: number, timezone: string): string {
  const format = { dateStyle: "medium", timeStyle: "short", timeZone: timezone } as const;
  return `${new Intl.DateTimeFormat("en-GB", format).format(at)} (${timezone})`;
}
