import { channelKinds, type HttpRequest } from "@overdue/channels";
import { parseJsonOrNull } from "@overdue/core";
import {
  createChannel,
  type Db,
  editChannel,
  endSlackAnswer,
  endSlackLink,
  type Keyring,
  queueTest,
  findProjectSlackChannel,
  type SlackCode,
  takeSlackAnswer,
  takeSlackCode,
  type WaitingAnswer,
} from "@overdue/db";
import type { Logger } from "pino";
import { z } from "zod";

import type { Egress } from "../egress/egress.ts";

/** How long work waits at most if its notification is lost. */
const SWEEP_MS = 5_000;

/** `wake`: look for work now. */
export type ServingSlack = { wake(): void; stop(): Promise<void> };

/** Makes the calls to Slack that the api may not make: it exchanges codes for tokens, and updates messages after a press. */
export function serveSlack(parts: SlackParts, log: Logger): ServingSlack {
  let running: Promise<void> | null = null;
  let again = false;
  const wake = () => {
    again = true;
    running ??= work().finally(() => (running = null));
  };
  const work = async () => {
    while (again) {
      again = false;
      await serveAll(parts, log).catch((error: unknown) => {
        log.warn({ err: error }, "What waits for Slack could not be dealt with; it is tried again.");
      });
    }
  };
  const timer = setInterval(wake, SWEEP_MS);
  return {
    wake,
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function serveAll(parts: SlackParts, log: Logger): Promise<void> {
  const { db, keyring } = parts;
  for (;;) {
    const code = await takeSlackCode(db, keyring);
    if (code === null) break;
    await exchangeCode(code, parts).catch(async (error: unknown) => {
      log.warn({ err: error }, "A Slack channel could not be made.");
      await endSlackLink(db, code, { problem: "The channel could not be created. Add it once more." });
    });
  }
  for (;;) {
    const answer = await takeSlackAnswer(db, keyring);
    if (answer === null) break;
    await sendAnswer(answer, parts);
  }
}

/** Sends an answer. If Slack refuses it for a temporary reason, its claim expires soon, and it is tried again. */
async function sendAnswer(answer: WaitingAnswer, { db, egress, app }: SlackParts): Promise<void> {
  const response = await egress.send(answerRequest(answer, app.apiUrl));
  const mayPass = "failed" in response || response.status === 429 || response.status >= 500;
  if (!mayPass) await endSlackAnswer(db, answer.id);
}

/** The request may reach only Slack, or the host of SLACK_API_URL. */
function answerRequest({ url, body }: WaitingAnswer, apiUrl: string): HttpRequest {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    trusted: URL.parse(url)?.origin === URL.parse(apiUrl)?.origin,
    onlyHosts: ["slack.com"],
    signed: null,
  };
}

/** The instance's Slack app, and the address of Slack's Web API. */
type SlackApp = { clientId: string; clientSecret: string; apiUrl: string; publicUrl: string };
type SlackParts = { db: Db; keyring: Keyring; egress: Egress; app: SlackApp };

const Installed = z.object({
  ok: z.literal(true),
  access_token: z.string(),
  expires_in: z.number().optional(),
  team: z.object({ id: z.string(), name: z.string().default("Slack") }),
  incoming_webhook: z.object({ channel_id: z.string(), channel: z.string().default("") }),
});
type Installed = z.output<typeof Installed>;

/** Exchanges a code for the app's token and creates a channel for the chosen place, or notes why that failed. */
async function exchangeCode(code: SlackCode, parts: SlackParts): Promise<void> {
  const answer = await parts.egress.send(exchangeRequest(code, parts.app));
  const installed = "failed" in answer ? { problem: UNREACHED } : read(answer.body);
  if ("problem" in installed) return await endSlackLink(parts.db, code, installed);
  const channelId = await storeChannel(code.projectId, installed, parts);
  // The test shows at once whether the app may write there.
  await queueTest(parts.db, { projectId: code.projectId, channelId });
  await endSlackLink(parts.db, code, { channelId });
}

function exchangeRequest({ code }: SlackCode, app: SlackApp): HttpRequest {
  const form = {
    client_id: app.clientId,
    client_secret: app.clientSecret,
    code,
    redirect_uri: `${app.publicUrl}/slack/callback`,
  };
  return {
    method: "POST",
    url: `${app.apiUrl.replace(/\/+$/, "")}/oauth.v2.access`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
    trusted: true,
    onlyHosts: null,
    signed: null,
  };
}

const UNREACHED = "Slack could not be reached to finish this. Add it once more.";
const PROBLEMS: Record<string, string> = {
  code_already_used: "This was finished already, or interrupted in the middle. Add it once more.",
  invalid_code: "It took too long until Slack was asked: its 10 minutes were over. Add it once more.",
  bad_client_secret: "Slack does not accept SLACK_CLIENT_SECRET: the operator must correct it.",
  invalid_client_id: "Slack does not know SLACK_CLIENT_ID: the operator must correct it.",
  bad_redirect_uri:
    "Slack does not send people back to this address: PUBLIC_URL/slack/callback must be a redirect URL of the app.",
};

function read(body: string): Installed | { problem: string } {
  const answer = parseJsonOrNull(body);
  const installed = Installed.safeParse(answer).data;
  if (installed === undefined) {
    const error =
      z.object({ error: z.string() }).safeParse(answer).data?.error ?? "an answer that cannot be read";
    return { problem: PROBLEMS[error] ?? `Slack refused: ${error.slice(0, 100)}. Add it once more.` };
  }
  if (installed.expires_in !== undefined) {
    return {
      problem: "The Slack app rotates its tokens, which Overdue does not: the operator must switch that off.",
    };
  }
  return installed;
}

/** Creates the channel. A channel of the project for the same place gets the new token instead, which also repairs it. */
async function storeChannel(projectId: string, installed: Installed, parts: SlackParts): Promise<string> {
  const { db, keyring } = parts;
  const { team, incoming_webhook: hook } = installed;
  const place = hook.channel === "" ? team.name : `${hook.channel}, ${team.name}`;
  const given = {
    token: installed.access_token,
    channel: hook.channel_id,
    team: team.id,
    place: place.slice(0, 200),
  };
  const parsed = channelKinds.slack.parse(given);
  if (!parsed.ok) throw new Error(`Slack's answer makes no channel: ${parsed.problems[0]?.message}`);
  const { settings, hint } = parsed;
  const ids = { projectId, team: team.id, channel: hook.channel_id };
  const known = await findProjectSlackChannel(db, keyring, ids);
  if (known !== null) {
    const edit = { ...NOTHING_ELSE, settings: { settings, hint } };
    await editChannel(db, { projectId, channelId: known }, { keyring, edit });
    return known;
  }
  const name = (hook.channel === "" ? "Slack" : hook.channel).slice(0, 100);
  return (
    await createChannel(db, keyring, { projectId, kind: "slack", name, settings, hint, checkIds: "all" })
  ).id;
}

const NOTHING_ELSE = {
  name: null,
  addressAuthor: null,
  checkIds: null,
  isFallback: null,
  proveWeekly: null,
  collectMinutes: null,
  groups: undefined,
  version: null,
};
