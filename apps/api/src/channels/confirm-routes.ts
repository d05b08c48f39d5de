import { confirmAddress, type Confirming, findQuestioned, type Questioned, readConfirm } from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";

const PATH = "/confirm-address";

/**
 * What the link in a question leads to. Its signature is the permission; opening it changes nothing, since scanners of
 * mail open links, and one of them must not agree in its reader's place.
 */
export const confirmRoutes = createRouter()
  .get(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    return showPage(c, link.questioned.isConfirmed ? donePage(link) : askingPage(link));
  })
  .post(PATH, guard({ auth: "ping" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const isConfirmed = await confirmAddress(c.var.deps.db, link.confirming);
    return showPage(c, isConfirmed ? donePage(link) : UNKNOWN);
  });

type Link = { confirming: Confirming; questioned: Questioned };

async function readLink(c: AppContext): Promise<Link | { page: LinkPage }> {
  const { keyring, db, now } = c.var.deps;
  const read = readConfirm(keyring, new URL(c.req.url).searchParams, now());
  if (read.kind === "forged") return { page: UNKNOWN };
  const { confirming } = read;
  const questioned = await findQuestioned(db, confirming);
  if (questioned === null) return { page: UNKNOWN };
  if (questioned.isStopped) return { page: stoppedPage(confirming.address) };
  const isLate = read.kind === "expired" && !questioned.isConfirmed;
  return isLate ? { page: EXPIRED } : { confirming, questioned };
}

const UNKNOWN: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: ["It was not made by this installation, or what it asked about is gone or sends elsewhere now."],
  button: null,
  address: null,
};

const EXPIRED: LinkPage = {
  status: 410,
  title: "This link is too old",
  sentences: [
    "It was good for three days, and nothing was sent here meanwhile.",
    "If you want the alerts, ask whoever set them up for another mail.",
  ],
  button: null,
  address: null,
};

function stoppedPage(address: string): LinkPage {
  return {
    status: 410,
    title: "These mails were stopped",
    sentences: [
      `Since this link was sent, somebody who reads ${address} unsubscribed, so it does not start the mails again.`,
      "If you want the alerts, ask whoever set them up to save the address again: that sends a new question.",
    ],
    button: null,
    address: null,
  };
}

function askingPage({ confirming: { address }, questioned: { projectName } }: Link): LinkPage {
  return {
    status: 200,
    title: "Get alerts here?",
    sentences: [
      `Somebody wants the alerts of the project “${projectName}” to go to ${address}.`,
      "If you agree, they come from now on, and each has a link that ends them. If you know nothing of it, close this page: then nothing comes.",
    ],
    button: "Yes, send alerts here",
    address: null,
  };
}

function donePage({ confirming: { address }, questioned: { projectName } }: Link): LinkPage {
  return {
    status: 200,
    title: "Thank you: alerts come here",
    sentences: [`${address} gets the alerts of the project “${projectName}” from now on.`],
    button: null,
    address: null,
  };
}
