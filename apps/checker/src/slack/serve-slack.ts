import type { HttpRequest } from "@overdue/channels";
import {
  endSlackAnswer,
  endSlackLink,
  takeSlackAnswer,
  takeSlackCode,
  type WaitingAnswer,
} from "@overdue/db";
import type { Logger } from "pino";

import { exchangeCode, type SlackParts } from "./exchange.ts";

/** How long work waits at most where its signal is lost. */
const SWEEP_MS = 5_000;

/** `wake`: look for work now. */
export type ServingSlack = { wake(): void; stop(): Promise<void> };

/** Asks Slack for what the api may not: tokens for codes, and messages that show what their buttons did. */
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
      await endSlackLink(db, code, { problem: "The channel could not be made. Add it once more." });
    });
  }
  for (;;) {
    const answer = await takeSlackAnswer(db, keyring);
    if (answer === null) break;
    await sendAnswer(answer, parts);
  }
}

/** One that Slack did not take for a reason that may pass stays taken for a moment, and is then tried again. */
async function sendAnswer(answer: WaitingAnswer, { db, egress, app }: SlackParts): Promise<void> {
  const said = await egress.send(requestFor(answer, app.apiUrl));
  const mayPass = "failed" in said || said.status === 429 || said.status >= 500;
  if (!mayPass) await endSlackAnswer(db, answer.id);
}

/** The request may reach only Slack, or the host of SLACK_API_URL. */
function requestFor({ url, body }: WaitingAnswer, apiUrl: string): HttpRequest {
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
