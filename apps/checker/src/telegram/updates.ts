import { setTimeout as wait } from "node:timers/promises";

import {
  endLease,
  endTelegramUpdate,
  moveLease,
  noteProblem,
  storeBotName,
  takeLease,
  listWaitingTelegramUpdates,
} from "@overdue/db";
import type { Logger } from "pino";
import { z } from "zod";

import type { BotApi } from "./bot-api.ts";
import { handleRequest, readUpdate, type RequestParts } from "./handle-request.ts";

type UpdateOptions = RequestParts & {
  holder: string;
  log: Logger;
  /** The webhook to which Telegram can send updates; null: updates are always polled. */
  webhook: Webhook | null;
  /** Notified when the webhook got an update. */
  arrived: WakeSignal;
  times?: Partial<typeof TIMES>;
};

/** `pollSeconds`: how long a poll waits for an update; the egress waits longer, and the lease lasts longer than both. */
const TIMES = {
  pollSeconds: 10,
  leaseSeconds: 30,
  tryAgainMs: 2_000,
  lookMs: 15_000,
  webhookAgainMs: 3_600_000,
};
/** A single bad look may be due to a restart of Overdue. */
const BAD_LOOKS_MAX = 2;

/** How updates are received while this process holds the lease. */
type Reception = { bot: string } & (
  | { way: "polling"; webhookAgainAt: number }
  | { way: "webhook"; since: number; lookAt: number; badLooks: number }
);

/**
 * Receives what people write to the bot, for as long as it runs and holds the lease: by a webhook if Telegram can reach it,
 * else by polling. Never by both, and never in two processes: Telegram ends the older of two polls, and refuses a poll while
 * a webhook is set. @returns a function that stops it, after finishing what is being handled
 */
export function startReceivingUpdates(options: UpdateOptions): () => Promise<void> {
  const stopping = new AbortController();
  const running = run({ ...options, times: { ...TIMES, ...options.times } }, stopping.signal);
  return async () => {
    stopping.abort();
    options.arrived.notify();
    await running;
  };
}

type Parts = UpdateOptions & { times: typeof TIMES };

async function run(parts: Parts, signal: AbortSignal): Promise<void> {
  const tenure = { name: "telegram-updates" as const, holder: parts.holder };
  let reception: Reception | null = null;
  while (!signal.aborted) {
    try {
      const position = await takeLease(parts.db, tenure, parts.times.leaseSeconds);
      reception = position === null ? null : (reception ?? (await begin(parts)));
      if (reception === null || position === null) await pause(parts.times.tryAgainMs, signal);
      else reception = await turn(parts, { reception, position, tenure, signal });
    } catch (error) {
      reception = null;
      parts.log.warn({ err: error }, "Telegram's updates could not be received; they are asked for again.");
      await pause(parts.times.tryAgainMs, signal);
    }
  }
  await endLease(parts.db, tenure).catch(() => undefined);
}

/** Reads the bot's name and decides how its updates are received; null if Telegram does not answer. */
async function begin(parts: Parts): Promise<Reception | null> {
  const me = await parts.bot("getMe", {});
  const bot = me.ok ? z.object({ username: z.string() }).safeParse(me.result).data?.username : undefined;
  if (bot === undefined) {
    parts.log.warn({ because: me.ok ? "no name" : me.because }, "Telegram does not know TELEGRAM_BOT_TOKEN.");
    return null;
  }
  await storeBotName(parts.db, bot);
  if (parts.webhook === null) {
    await noteProblem(parts.db, "telegram", null);
    return await startPolling(parts, bot);
  }
  const set = await setWebhook(parts.bot, parts.webhook);
  if (set.kind === "unanswered") return null;
  if (set.kind === "refused") return await giveUpWebhook(parts, bot, set.because);
  const now = performance.now();
  return { bot, way: "webhook", since: now, lookAt: now + parts.times.lookMs, badLooks: 0 };
}

/** Switches to polling; null if a webhook may still be set, which prevents it. */
async function startPolling(parts: Parts, bot: string): Promise<Reception | null> {
  const deleted = await parts.bot("deleteWebhook", {});
  if (!deleted.ok) return null;
  return { bot, way: "polling", webhookAgainAt: performance.now() + parts.times.webhookAgainMs };
}

async function giveUpWebhook(parts: Parts, bot: string, because: string): Promise<Reception | null> {
  parts.log.warn({ because }, "Telegram cannot use its webhook; it is asked for updates instead.");
  const sentence = `Telegram cannot reach PUBLIC_URL for its webhook (${because}). Its updates are asked for instead, so buttons and /start work all the same.`;
  await noteProblem(parts.db, "telegram", sentence);
  return await startPolling(parts, bot);
}

type Turn = {
  reception: Reception;
  position: number;
  tenure: { name: "telegram-updates"; holder: string };
  signal: AbortSignal;
};

/** Handles waiting updates, or waits for some. @returns how to continue; null: begin again */
async function turn(parts: Parts, { reception, position, tenure, signal }: Turn): Promise<Reception | null> {
  await handleWaiting(parts, reception.bot);
  if (reception.way === "webhook") return await awaitWebhook(parts, reception);
  await moveLease(parts.db, tenure, await poll(parts, { bot: reception.bot, position, signal }));
  return parts.webhook !== null && performance.now() >= reception.webhookAgainAt ? null : reception;
}

/** Handles the updates that the webhook received, even after a switch to polling. */
async function handleWaiting(parts: Parts, bot: string): Promise<void> {
  for (const { updateId, body } of await listWaitingTelegramUpdates(parts.db)) {
    const update = readUpdate(JSON.parse(body), bot);
    if (update !== null) await handleRequest(update.request, parts);
    await endTelegramUpdate(parts.db, updateId);
  }
}

/** Waits until the webhook gets an update, and checks from time to time that it still can. */
async function awaitWebhook(
  parts: Parts,
  reception: Reception & { way: "webhook" },
): Promise<Reception | null> {
  const { webhook, times } = parts;
  if (webhook === null) return null;
  if (performance.now() < reception.lookAt) {
    await parts.arrived.wait(
      Math.min(reception.lookAt - performance.now(), (times.leaseSeconds * 1_000) / 3),
    );
    return reception;
  }
  const lookAt = performance.now() + times.lookMs;
  const look = await lookAtWebhook(parts.bot, { webhook, since: reception.since });
  if (look.kind === "unknown") return { ...reception, lookAt };
  if (look.kind === "elsewhere") {
    await noteProblem(parts.db, "telegram", ELSEWHERE);
    return null;
  }
  if (look.kind === "good") {
    await noteProblem(parts.db, "telegram", null);
    return { ...reception, lookAt, badLooks: 0 };
  }
  if (reception.badLooks + 1 >= BAD_LOOKS_MAX) return await giveUpWebhook(parts, reception.bot, look.because);
  return { ...reception, lookAt, badLooks: reception.badLooks + 1 };
}

const ELSEWHERE =
  "Somebody set the Telegram bot's webhook to another address: TELEGRAM_BOT_TOKEN must belong to a bot that nothing else uses.";

type Poll = { bot: string; position: number; signal: AbortSignal };

/** Polls once and handles the updates. @returns the number of the update to ask for next */
async function poll(parts: Parts, { bot, position, signal }: Poll): Promise<number> {
  const timeout = parts.times.pollSeconds;
  const answer = await parts.bot("getUpdates", { offset: position, timeout, allowed_updates: UPDATES });
  if (!answer.ok) {
    await pause(answer.waitMs ?? parts.times.tryAgainMs, signal);
    return position;
  }
  let next = position;
  for (const update of z.array(z.unknown()).catch([]).parse(answer.result)) {
    const read = readUpdate(update, bot);
    if (read === null) continue;
    await handleRequest(read.request, parts);
    next = Math.max(next, read.id + 1);
  }
  return next;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

/** Ends a wait early. If nobody waits, it ends the next wait at once. */
export class WakeSignal {
  #isNotified = false;
  #wake: (() => void) | null = null;

  notify(): void {
    this.#isNotified = true;
    this.#wake?.();
  }

  /** Waits until it is notified, but at most `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.#isNotified) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
      this.#wake = null;
    }
    this.#isNotified = false;
  }
}

/** The address for Telegram's updates, and the secret by which its calls are recognised. */
type Webhook = { url: string; secret: string };

/** The kinds of update that Overdue handles. */
const UPDATES = ["message", "channel_post", "callback_query"];
const CONNECTIONS_MAX = 10;
/** What Telegram answers about an address that it will never call. */
const REFUSED = /bad webhook|Bad Request/i;
/** Telegram's clock may differ from ours by this much. */
const SKEW_MS = 5_000;

/** "refused": Telegram will not call such an address. "unanswered": it is not known, so try again. */
type Setting = { kind: "set" } | { kind: "refused"; because: string } | { kind: "unanswered" };

async function setWebhook(bot: BotApi, { url, secret }: Webhook): Promise<Setting> {
  const answer = await bot("setWebhook", {
    url,
    secret_token: secret,
    allowed_updates: UPDATES,
    max_connections: CONNECTIONS_MAX,
  });
  if (answer.ok) return { kind: "set" };
  return REFUSED.test(answer.because) ? { kind: "refused", because: answer.because } : { kind: "unanswered" };
}

const Info = z.object({
  url: z.string(),
  pending_update_count: z.number(),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
});

type Look =
  | { kind: "good" }
  | { kind: "bad"; because: string }
  /** Another address is set. */
  | { kind: "elsewhere" }
  | { kind: "unknown" };

/** Whether Telegram can reach the webhook. Bad: it had an error after `since`, and updates are still waiting. */
async function lookAtWebhook(
  bot: BotApi,
  { webhook, since }: { webhook: Webhook; since: number },
): Promise<Look> {
  const answer = await bot("getWebhookInfo", {});
  const info = Info.safeParse(answer.ok ? answer.result : null).data;
  if (info === undefined) return { kind: "unknown" };
  if (info.url !== webhook.url) return { kind: "elsewhere" };
  const failedAt = (info.last_error_date ?? 0) * 1_000;
  if (info.pending_update_count === 0 || failedAt < since - SKEW_MS) return { kind: "good" };
  return { kind: "bad", because: info.last_error_message ?? "it does not say why" };
}
