import { findStopped, stopReports } from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";

const STOP_PATH = "/reports/stop";

/**
 * What the link in every report leads to. Opening it changes nothing, since scanners of mail open links; a mail
 * program's own button posts here without asking (RFC 8058).
 */
export const stopRoutes = createRouter()
  .get(STOP_PATH, guard({ auth: "self-checked" }), async (c) => {
    const found = await findSubscription(c);
    return showPage(
      c,
      found === null ? UNKNOWN_SUBSCRIPTION : (found.stopped ? donePage : askingPage)(found),
    );
  })
  .post(STOP_PATH, guard({ auth: "self-checked" }), async (c) => {
    const found = await findSubscription(c);
    if (found === null) return showPage(c, UNKNOWN_SUBSCRIPTION);
    await stopReports(c.var.deps.db, found.reportId);
    return showPage(c, donePage(found));
  });

function findSubscription(c: AppContext) {
  const { db, keyring } = c.var.deps;
  return findStopped(db, keyring, new URL(c.req.url).searchParams);
}

const UNKNOWN_SUBSCRIPTION: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: ["It was not made by this instance, or you are no member of the project any more."],
  button: null,
  address: null,
};

function askingPage({ projectName }: { projectName: string }): LinkPage {
  return {
    status: 200,
    title: "Stop these reports?",
    sentences: [`You get no more reports of the project “${projectName}”. Its alerts come as before.`],
    button: "Stop these reports",
    address: null,
  };
}

function donePage({ projectName }: { projectName: string }): LinkPage {
  return {
    status: 200,
    title: "No more reports",
    sentences: [
      `You get no more reports of the project “${projectName}”. Its settings page brings them back.`,
    ],
    button: null,
    address: null,
  };
}
