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
/** A picker of channels, messages with buttons, and public channels without being invited. */
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
    channelId: z.uuid().nullable().meta({ description: "The channel that came of it." }),
    problem: z.string().nullable().meta({ description: "Why no channel came of it." }),
    expiresAt: Timestamp,
  })
  .meta({ id: "SlackLink" });

export const slackRoutes = createRouter()
  .openapi(
    route(
      { ...MEMBER_IN_PERSON, role: "editor" },
      {
        method: "post",
        path: "/v1/projects/{projectId}/slack-links",
        summary: "Begin to add a Slack channel",
        description: "Good once, for 15 minutes, and for the person who asked alone.",
        tags,
        request: { params: InProject },
        responses: { 201: json(NewLinkView, "Where to go; it is shown this once.") },
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
      responses: { 200: json(LinkView, "What became of it.") },
    }),
    async (c) => {
      const { projectId, slackLinkId: linkId } = c.req.valid("param");
      const link = await findSlackLink(c.var.deps.db, { projectId, linkId });
      if (link === null) throw ApiError.notFound("link");
      return c.json(linkView(link, c.var.deps.now()), 200);
    },
  );

/** Where Slack sends a person back to: the state of the link and their session are the permission. */
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

/** @throws 409 where the operator has set up no app */
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
    "It was used already, its 15 minutes are over, or another person began it. Begin again from Channels → Slack.",
  ],
  button: null,
  address: null,
};

function linkView({ id, expiresAt, endedAt, channelId, problem }: SlackLink, now: number) {
  const open = expiresAt.getTime() > now ? ("waiting" as const) : ("expired" as const);
  const ended = channelId === null ? ("failed" as const) : ("linked" as const);
  return {
    id,
    state: endedAt === null ? open : ended,
    channelId,
    problem,
    expiresAt: iso(expiresAt),
  };
}
