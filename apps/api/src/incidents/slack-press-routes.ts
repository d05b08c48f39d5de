import { answerSlackPress, findLinkedIncident, isNewSlackPress, slackChannelOfIncident } from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { readRaw } from "../http/json-body.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter } from "../http/route.ts";
import { performAct } from "./perform-act.ts";
import { doneMessage, isSignedBySlack, readSlackPress, type SlackPress, toPresser } from "./slack-press.ts";

/**
 * Where Slack tells of a pressed button; its signature is the permission. What is done is done before the answer; what
 * Slack is to show then, a checker sends, since nothing here calls anybody.
 */
export const slackPressRoutes = createRouter().post(
  "/slack/interactivity",
  guard({ auth: "ping" }),
  async (c) => {
    const secret = c.var.deps.settings.slack?.signingSecret;
    if (secret === undefined) throw ApiError.notFound("page");
    const timestamp = c.req.header("x-slack-request-timestamp") ?? "";
    const signature = c.req.header("x-slack-signature") ?? "";
    const body = await readRaw(c.req.raw);
    if (!isSignedBySlack(secret, { body, timestamp, signature }, c.var.deps.now())) {
      throw new ApiError("unauthorized", "Slack did not sign this with the app's signing secret just now.");
    }
    const press = readSlackPress(body, signature);
    if (press !== null && (await isNewSlackPress(c.var.deps.db, press.id))) await perform(c, press);
    return c.body(null, 200);
  },
);

const VIA = { kind: "slack", link: null, address: null } as const;

/** Only a place that the incident's own project alerts has a say in it. */
async function perform(c: AppContext, press: SlackPress): Promise<void> {
  const { db, keyring, pool } = c.var.deps;
  const { id, answerTo: url, incidentId, act, by } = press;
  const channelId = await slackChannelOfIncident(db, keyring, press);
  const incident = channelId === null ? null : await findLinkedIncident(pool, { incidentId, channelId });
  const body =
    incident === null
      ? toPresser("There is no such incident for this channel.")
      : doneMessage(press, await performAct(c, { act: { act, incidentId }, incident, by, via: VIA }));
  await answerSlackPress(db, keyring, { id, url, body });
}
