import { createHash, createHmac } from "node:crypto";

import { SLACK_BUTTONS } from "@overdue/channels";
import { parseJsonOrNull } from "@overdue/core";
import {
  type ActResult,
  answerSlackPress,
  findLinkedIncident,
  INCIDENT_ACTS,
  type IncidentAct,
  storeSlackPress,
  isSameSecret,
  findIncidentSlackChannel,
} from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { readRawBody } from "../http/json-body.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter } from "../http/route.ts";
import { performAct } from "./perform-act.ts";

/** A signature is accepted for this long, so that an intercepted request cannot be used later. */
const SIGNATURE_VALID_MS = 300_000;

/** Whether Slack signed this body with the app's secret, within the last 5 minutes; compared in constant time. */
function isSignedBySlack(
  secret: string,
  { body, timestamp, signature }: { body: string; timestamp: string; signature: string },
  now: number,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1_000) > SIGNATURE_VALID_MS)
    return false;
  const expected = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  return isSameSecret(signature, expected);
}

/** A press of one of our buttons. */
export type SlackPress = {
  /** Identifies the signed request: a repetition has the same id. */
  id: string;
  act: IncidentAct;
  incidentId: string;
  team: string;
  channel: string;
  by: string;
  answerTo: string;
  message: { text: string; blocks: unknown[] };
};

const Payload = z.object({
  type: z.literal("block_actions"),
  team: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }),
  user: z.object({ name: z.string().optional(), username: z.string().optional() }),
  message: z.object({ text: z.string().default(""), blocks: z.array(z.unknown()).default([]) }),
  response_url: z.url(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().default("") })).min(1),
});

/** Reads the form that Slack posts; null if it is not a press of one of our buttons. */
function readSlackPress(body: string, signature: string): SlackPress | null {
  const parsed = Payload.safeParse(parseJsonOrNull(new URLSearchParams(body).get("payload") ?? ""));
  if (!parsed.success) return null;
  const { team, channel, user, message, response_url: answerTo, actions } = parsed.data;
  const [pressed] = actions;
  const act = INCIDENT_ACTS.find((known) => known === pressed?.action_id);
  const incidentId = z.uuid().safeParse(pressed?.value).data;
  if (act === undefined || incidentId === undefined) return null;
  const name = (user.name ?? user.username ?? "Somebody").slice(0, 100);
  return {
    id: createHash("sha256").update(signature).digest("hex"),
    act,
    incidentId,
    team: team.id,
    channel: channel.id,
    by: `${name} (Slack)`,
    answerTo,
    message,
  };
}

/** A reply that only the person who pressed the button sees. */
function privateReply(text: string): Record<string, unknown> {
  return { response_type: "ephemeral", replace_original: false, text };
}

/** The message again, with a line that says what was done in place of its buttons. */
function doneMessage({ message, act, by }: SlackPress, acted: ActResult): Record<string, unknown> {
  const words = outcomeText(acted, { act, by });
  const blocks = message.blocks.filter((block) => !holdsButtons(block));
  const line = { type: "plain_text", text: `✔ ${words}`, emoji: false };
  return {
    replace_original: true,
    text: `${message.text}\n✔ ${words}`,
    blocks: [...blocks, { type: "context", elements: [line] }],
  };
}

const DONE: Record<IncidentAct, string> = {
  acknowledge: "Acknowledged",
  "snooze-30m": "Snoozed for 30 minutes",
  "snooze-2h": "Snoozed for 2 hours",
  "snooze-tomorrow": "Snoozed until tomorrow 9:00",
  "snooze-recovery": "Snoozed until it recovers",
};

function outcomeText(acted: ActResult, { act, by }: { act: IncidentAct; by: string }): string {
  switch (acted.kind) {
    case "done":
      return `${DONE[act]} by ${by}.`;
    case "used":
      return "This was done already.";
    case "already":
      return `Acknowledged already${acted.by === null ? "" : ` by ${acted.by}`}.`;
    case "resolved":
      return "It is up again already.";
    case "unknown":
      return "This incident no longer exists.";
  }
}

function holdsButtons(block: unknown): boolean {
  return z.object({ block_id: z.literal(SLACK_BUTTONS) }).safeParse(block).success;
}

/**
 * Slack posts here when a button is pressed; its signature is the permission. The act is performed before the response. A
 * checker sends the message that Slack then shows, since the api calls no other servers.
 */
export const slackButtonRoutes = createRouter().post(
  "/slack/interactivity",
  guard({ auth: "self-checked" }),
  async (c) => {
    const secret = c.var.deps.settings.slack?.signingSecret;
    if (secret === undefined) throw ApiError.notFound("page");
    const timestamp = c.req.header("x-slack-request-timestamp") ?? "";
    const signature = c.req.header("x-slack-signature") ?? "";
    const body = await readRawBody(c.req.raw);
    if (!isSignedBySlack(secret, { body, timestamp, signature }, c.var.deps.now())) {
      throw new ApiError(
        "unauthorized",
        "This was not signed with the Slack app's signing secret within the last 5 minutes.",
      );
    }
    const press = readSlackPress(body, signature);
    if (press !== null && (await storeSlackPress(c.var.deps.db, press.id))) await perform(c, press);
    return c.body(null, 200);
  },
);

const VIA_SLACK = { kind: "slack", link: null, address: null } as const;

/** Performs the act of a press, if the incident's own project alerts the Slack channel in which it was pressed. */
async function perform(c: AppContext, press: SlackPress): Promise<void> {
  const { db, keyring, pool } = c.var.deps;
  const { id, answerTo: url, incidentId, act, by } = press;
  const channelId = await findIncidentSlackChannel(db, keyring, press);
  const incident = channelId === null ? null : await findLinkedIncident(pool, { incidentId, channelId });
  const body =
    incident === null
      ? privateReply("There is no such incident for this channel.")
      : doneMessage(press, await performAct(c, { act: { act, incidentId }, incident, by, via: VIA_SLACK }));
  await answerSlackPress(db, keyring, { id, url, body });
}
