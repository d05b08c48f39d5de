import {
  confirmAddress,
  type Confirmation,
  findMailbox,
  findConfirmationTarget,
  type Mailbox,
  type ConfirmationTarget,
  readConfirmationLink,
  readUnsubscribeLink,
  unsubscribeMailbox,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";

const CONFIRM_PATH = "/confirm-address";

/**
 * Serves the link of a mail that asks for a confirmation. Its signature is the permission. Opening it changes nothing,
 * because mail scanners open links, and must not agree in place of the recipient.
 */
export const confirmRoutes = createRouter()
  .get(CONFIRM_PATH, guard({ auth: "self-checked" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    return showPage(c, link.target.isConfirmed ? confirmedPage(link) : confirmPage(link));
  })
  .post(CONFIRM_PATH, guard({ auth: "self-checked" }), async (c) => {
    const link = await readLink(c);
    if ("page" in link) return showPage(c, link.page);
    const isConfirmed = await confirmAddress(c.var.deps.db, link.confirmation);
    return showPage(c, isConfirmed ? confirmedPage(link) : UNKNOWN_CONFIRMATION);
  });

type ConfirmationLink = { confirmation: Confirmation; target: ConfirmationTarget };

async function readLink(c: AppContext): Promise<ConfirmationLink | { page: LinkPage }> {
  const { keyring, db, now } = c.var.deps;
  const read = readConfirmationLink(keyring, new URL(c.req.url).searchParams, now());
  if (read.kind === "forged") return { page: UNKNOWN_CONFIRMATION };
  const { confirmation } = read;
  const target = await findConfirmationTarget(db, confirmation);
  if (target === null) return { page: UNKNOWN_CONFIRMATION };
  if (target.isStopped) return { page: endedByReaderPage(confirmation.address) };
  const isExpired = read.kind === "expired" && !target.isConfirmed;
  return isExpired ? { page: EXPIRED_CONFIRMATION } : { confirmation, target };
}

const UNKNOWN_CONFIRMATION: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: [
    "It was not made by this instance, or the channel it was for was deleted or now uses another address.",
  ],
  button: null,
  address: null,
};

const EXPIRED_CONFIRMATION: LinkPage = {
  status: 410,
  title: "This link is too old",
  sentences: [
    "It was valid for three days, and no alerts were sent here meanwhile.",
    "If you want the alerts, ask the person who set them up for another mail.",
  ],
  button: null,
  address: null,
};

function endedByReaderPage(address: string): LinkPage {
  return {
    status: 410,
    title: "These mails were stopped",
    sentences: [
      `Since this link was sent, somebody who reads ${address} unsubscribed, so it does not start the mails again.`,
      "If you want the alerts, ask the person who set them up to save the address again: that sends a new confirmation mail.",
    ],
    button: null,
    address: null,
  };
}

function confirmPage({ confirmation: { address }, target: { projectName } }: ConfirmationLink): LinkPage {
  return {
    status: 200,
    title: "Get alerts here?",
    sentences: [
      `Somebody wants the alerts of the project “${projectName}” to go to ${address}.`,
      "If you agree, you will get them from now on, and each has a link that ends them. If you know nothing about this, close this page: then you get no alerts.",
    ],
    button: "Yes, send alerts here",
    address: null,
  };
}

function confirmedPage({ confirmation: { address }, target: { projectName } }: ConfirmationLink): LinkPage {
  return {
    status: 200,
    title: "Thank you: alerts come here",
    sentences: [`${address} gets the alerts of the project “${projectName}” from now on.`],
    button: null,
    address: null,
  };
}

const UNSUBSCRIBE_PATH = "/unsubscribe";

/**
 * Serves the link that is in every mail. Its signature is the permission. Opening it changes nothing, because mail
 * scanners open links. A mail program's own button posts here without asking (RFC 8058).
 */
export const unsubscribeRoutes = createRouter()
  .get(UNSUBSCRIBE_PATH, guard({ auth: "self-checked" }), async (c) => {
    const found = await findLinkedMailbox(c);
    return showPage(
      c,
      found === null
        ? UNKNOWN_MAILBOX
        : found.mailbox.stopped
          ? unsubscribedPage(found.mailbox)
          : unsubscribePage(found.mailbox),
    );
  })
  .post(UNSUBSCRIBE_PATH, guard({ auth: "self-checked" }), async (c) => {
    const found = await findLinkedMailbox(c);
    if (found === null) return showPage(c, UNKNOWN_MAILBOX);
    await unsubscribeMailbox(c.var.deps.db, found.channelId);
    return showPage(c, unsubscribedPage(found.mailbox));
  });

async function findLinkedMailbox(c: AppContext): Promise<{ channelId: string; mailbox: Mailbox } | null> {
  const { keyring, db } = c.var.deps;
  const channelId = readUnsubscribeLink(keyring, new URL(c.req.url).searchParams);
  const mailbox = channelId === null ? null : await findMailbox(db, channelId);
  return channelId === null || mailbox === null ? null : { channelId, mailbox };
}

const UNKNOWN_MAILBOX: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: [
    "It was not made by this instance, or its channel was deleted. In either case, that channel sends you no more mail.",
  ],
  button: null,
  address: null,
};

function unsubscribePage({ to, projectName }: Mailbox): LinkPage {
  return {
    status: 200,
    title: "Stop these mails?",
    sentences: [
      `${to} gets the alerts of the project “${projectName}”.`,
      "After this it gets none, whatever is down. The project's members see that you stopped them.",
    ],
    button: "Stop these mails",
    address: null,
  };
}

function unsubscribedPage({ to, projectName }: Mailbox): LinkPage {
  return {
    status: 200,
    title: "No more mails",
    sentences: [`${to} gets no more alerts of the project “${projectName}”.`],
    button: null,
    address: null,
  };
}
