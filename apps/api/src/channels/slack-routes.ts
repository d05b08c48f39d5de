import { createSlackLink, findSlackLink, returnFromSlack, type SlackLink } from "@overdue/db";
import { z } from "zod";

import { MEMBER_IN_PERSON, READ_DETAILS } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { InProject, iso, OfSlackLink, Timestamp } from "../http/schemas.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";

const tags = ["Channels"];
/** To let a person pick a channel, to send messages with buttons, and to post in public channels without an invitation. */
const SCOPES = "incoming-webhook,chat:write,chat:write.public";
const CALLBACK = "/slack/callback";

const NewLinkView = z
  .object({
    id: z.uuid(),
    link: z.url().meta({ description: "Slack's page, on which a person picks a channel and agrees." }),
    expiresAt: Timestamp,
  })
  .meta({ id: "NewSlackLink" });

const LinkView = z
  .object({
    id: z.uuid(),
    state: z.enum(["waiting", "linked", "failed", "expired"]),
    channelId: z.uuid().nullable().meta({ description: "The channel that was created." }),
    problem: z.string().nullable().meta({ description: "Why no channel was created." }),
    expiresAt: Timestamp,
  })
  .meta({ id: "SlackLink" });

export const slackRoutes = createRouter()
  .openapi(
    route(
      { ...MEMBER_IN_PERSON, role: "member" },
      {
        method: "post",
        path: "/v1/projects/{projectId}/slack-links",
        summary: "Start to add a Slack channel",
        description: "The link works once, within 15 minutes, and only for the person who requested it.",
        tags,
        request: { params: InProject },
        responses: { 201: json(NewLinkView, "The link to open; it is shown only now.") },
      },
    ),
    async (c) => {
      const { userId } = requirePerson(c);
      const clientId = requireApp(c).clientId;
      const { link, state } = await createSlackLink(c.var.deps.db, { ...c.req.valid("param"), userId });
      const query = new URLSearchParams({
        client_id: clientId,
        scope: SCOPES,
        state,
        redirect_uri: c.var.deps.settings.publicUrl + CALLBACK,
      });
      const address = `https://slack.com/oauth/v2/authorize?${query}`;
      return c.json({ id: link.id, link: address, expiresAt: iso(link.expiresAt) }, 201);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/slack-links/{slackLinkId}",
      summary: "See whether a Slack channel was added",
      tags,
      request: { params: OfSlackLink },
      responses: { 200: json(LinkView, "The state of the link.") },
    }),
    async (c) => {
      const { projectId, slackLinkId: linkId } = c.req.valid("param");
      const link = await findSlackLink(c.var.deps.db, { projectId, linkId });
      if (link === null) throw ApiError.notFound("link");
      return c.json(linkView(link, c.var.deps.now()), 200);
    },
  );

/** The page to which Slack returns a person. The link's state and their session are the permission. */
export const slackReturnRoutes = createRouter().get(CALLBACK, guard({ auth: "self-checked" }), async (c) => {
  requireApp(c);
  const { db, keyring, sessions, settings } = c.var.deps;
  const query = new URL(c.req.url).searchParams;
  const person = await sessions.find(c.req.raw.headers);
  if (person === null) return showPage(c, SIGNED_OUT);
  const code = query.get("code") ?? "";
  const back = { state: query.get("state") ?? "", userId: person.userId };
  const refused = { problem: "Slack was not allowed to add the app: nothing was changed." };
  const found = await returnFromSlack(db, keyring, { ...back, ...(code === "" ? refused : { code }) });
  if (found === null) return showPage(c, UNKNOWN);
  return c.redirect(
    `${settings.publicUrl}/projects/${found.projectId}/channels/new/slack?link=${found.linkId}`,
    303,
  );
});

/** The instance's Slack app. @throws 409 if the operator has not set one up */
function requireApp(c: AppContext) {
  const app = c.var.deps.settings.slack;
  if (app !== null) return app;
  throw new ApiError(
    "conflict",
    "This instance has no Slack app yet: the operator must set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET.",
  );
}

const SIGNED_OUT: LinkPage = {
  status: 404,
  title: "You are signed out",
  sentences: ["Sign in to Overdue, then add it to Slack again from Channels → Slack."],
  button: null,
  address: null,
};
const UNKNOWN: LinkPage = {
  status: 404,
  title: "This link from Slack is not valid",
  sentences: [
    "It was used already, its 15 minutes are over, or another person started it. Start again from Channels → Slack.",
  ],
  button: null,
  address: null,
};

function linkView({ id, expiresAt, endedAt, channelId, problem }: SlackLink, now: number) {
  const unusedState = expiresAt.getTime() > now ? ("waiting" as const) : ("expired" as const);
  const endedState = channelId === null ? ("failed" as const) : ("linked" as const);
  return {
    id,
    state: endedAt === null ? unusedState : endedState,
    channelId,
    problem,
    expiresAt: iso(expiresAt),
  };
}
