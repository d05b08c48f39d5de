import { findStopped, stopReports } from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { createRouter } from "../http/route.ts";

const PATH = "/reports/stop";

/**
 * What the link in every report leads to. Opening it changes nothing, since scanners of mail open links; a mail
 * program's own button posts here without asking (RFC 8058).
 */
export const stopRoutes = createRouter()
  .get(PATH, guard({ auth: "ping" }), async (c) => {
    const found = await stoppedOf(c);
    return showPage(c, found === null ? UNKNOWN : (found.stopped ? donePage : askingPage)(found));
  })
  .post(PATH, guard({ auth: "ping" }), async (c) => {
    const found = await stoppedOf(c);
    if (found === null) return showPage(c, UNKNOWN);
    await stopReports(c.var.deps.db, found.reportId);
    return showPage(c, donePage(found));
  });

function stoppedOf(c: AppContext) {
  const { db, keyring } = c.var.deps;
  return findStopped(db, keyring, new URL(c.req.url).searchParams);
}

const UNKNOWN: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: ["It was not made by this installation, or you are no member of the project any more."],
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
