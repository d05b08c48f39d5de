import { findMailbox, type Mailbox, readUnsubscribe, stopMailbox } from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";

const PATH = "/unsubscribe";

/**
 * What the link in every mail leads to. Its signature is the permission; opening it changes nothing, since scanners of
 * mail open links. A mail program's own button posts here without asking (RFC 8058).
 */
export const unsubscribeRoutes = createRouter()
  .get(PATH, guard({ auth: "ping" }), async (c) => {
    const found = await mailboxOf(c);
    return showPage(
      c,
      found === null ? UNKNOWN : found.mailbox.stopped ? donePage(found.mailbox) : asking(found.mailbox),
    );
  })
  .post(PATH, guard({ auth: "ping" }), async (c) => {
    const found = await mailboxOf(c);
    if (found === null) return showPage(c, UNKNOWN);
    await stopMailbox(c.var.deps.db, found.channelId);
    return showPage(c, donePage(found.mailbox));
  });

async function mailboxOf(c: AppContext): Promise<{ channelId: string; mailbox: Mailbox } | null> {
  const { keyring, db } = c.var.deps;
  const channelId = readUnsubscribe(keyring, new URL(c.req.url).searchParams);
  const mailbox = channelId === null ? null : await findMailbox(db, channelId);
  return channelId === null || mailbox === null ? null : { channelId, mailbox };
}

const UNKNOWN: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: [
    "It was not made by this installation, or its channel is gone: then no more mails come from it.",
  ],
  button: null,
  address: null,
};

function asking({ to, projectName }: Mailbox): LinkPage {
  return {
    status: 200,
    title: "Stop these mails?",
    sentences: [
      `${to} gets the alerts of the project “${projectName}”.`,
      "After this it gets none, whatever is down. Whoever runs the project sees that you stopped them.",
    ],
    button: "Stop these mails",
    address: null,
  };
}

function donePage({ to, projectName }: Mailbox): LinkPage {
  return {
    status: 200,
    title: "No more mails",
    sentences: [`${to} gets no more alerts of the project “${projectName}”.`],
    button: null,
    address: null,
  };
}
