import { setTimeout as wait } from "node:timers/promises";

import {
  endLease,
  endTelegramUpdate,
  moveLease,
  noteProblem,
  rememberBot,
  takeLease,
  waitingTelegramUpdates,
} from "@overdue/db";
import type { Logger } from "pino";
import { z } from "zod";

import type { BotApi } from "./bot-api.ts";
import { handleRequest, readUpdate, type RequestParts } from "./handle-request.ts";

type UpdateOptions = RequestParts & {
  holder: string;
  log: Logger;
  /** Where Telegram may send its updates by itself; null: it is always asked for them. */
  webhook: Webhook | null;
  /** Notified when the webhook got an update. */
  arrived: WakeSignal;
  times?: Partial<typeof TIMES>;
};

/** `poll`: how long an update is waited for; the egress waits longer, and the lease lasts longer than both. */
const TIMES = {
  pollSeconds: 10,
  leaseSeconds: 30,
  tryAgainMs: 2_000,
  lookMs: 15_000,
  webhookAgainMs: 3_600_000,
};
/** One bad look may be a restart of ours. */
const BAD_LOOKS_MAX = 2;

/** How updates come, while this process holds the lease. */
type Reception = { bot: string } & (
  | { way: "polling"; webhookAgainAt: number }
  | { way: "webhook"; since: number; lookAt: number; badLooks: number }
);

/**
 * Receives what people write to the bot, for as long as it runs and holds the lease: by a webhook where Telegram can reach
 * us, else by asking. Never both: Telegram ends the older of two requests, and refuses one beside a webhook.
 * @returns how to stop; what is being handled ends first
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

/** Learns the bot's name and settles how its updates come; null where Telegram does not answer. */
async function begin(parts: Parts): Promise<Reception | null> {
  const me = await parts.bot("getMe", {});
  const bot = me.ok ? z.object({ username: z.string() }).safeParse(me.result).data?.username : undefined;
  if (bot === undefined) {
    parts.log.warn({ because: me.ok ? "no name" : me.because }, "Telegram does not know TELEGRAM_BOT_TOKEN.");
    return null;
  }
  await rememberBot(parts.db, bot);
  if (parts.webhook === null) {
    await noteProblem(parts.db, "telegram", null);
    return await ask(parts, bot);
  }
  const set = await setWebhook(parts.bot, parts.webhook);
  if (set.kind === "unanswered") return null;
  if (set.kind === "refused") return await giveUpWebhook(parts, bot, set.because);
  const now = performance.now();
  return { bot, way: "webhook", since: now, lookAt: now + parts.times.lookMs, badLooks: 0 };
}

/** From now on updates are asked for; null where a webhook may still stand in the way. */
async function ask(parts: Parts, bot: string): Promise<Reception | null> {
  const deleted = await parts.bot("deleteWebhook", {});
  if (!deleted.ok) return null;
  return { bot, way: "polling", webhookAgainAt: performance.now() + parts.times.webhookAgainMs };
}

async function giveUpWebhook(parts: Parts, bot: string, because: string): Promise<Reception | null> {
  parts.log.warn({ because }, "Telegram cannot use its webhook; it is asked for updates instead.");
  const sentence = `Telegram cannot reach PUBLIC_URL for its webhook (${because}). Its updates are asked for instead, so buttons and /start work all the same.`;
  await noteProblem(parts.db, "telegram", sentence);
  return await ask(parts, bot);
}

type Turn = {
  reception: Reception;
  position: number;
  tenure: { name: "telegram-updates"; holder: string };
  signal: AbortSignal;
};

/** Handles what there is, or waits for it a while. @returns how it goes on; null: begin anew */
async function turn(parts: Parts, { reception, position, tenure, signal }: Turn): Promise<Reception | null> {
  await handleWaiting(parts, reception.bot);
  if (reception.way === "webhook") return await awaitWebhook(parts, reception);
  await moveLease(parts.db, tenure, await poll(parts, { bot: reception.bot, position, signal }));
  return parts.webhook !== null && performance.now() >= reception.webhookAgainAt ? null : reception;
}

/** Handles what the webhook got, also what is left of it once updates are asked for again. */
async function handleWaiting(parts: Parts, bot: string): Promise<void> {
  for (const { updateId, body } of await waitingTelegramUpdates(parts.db)) {
    const update = readUpdate(JSON.parse(body), bot);
    if (update !== null) await handleRequest(update.request, parts);
    await endTelegramUpdate(parts.db, updateId);
  }
}

/** Waits until the webhook gets an update, and looks now and then whether it still can. */
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
  "Somebody set the Telegram bot's webhook to another address: TELEGRAM_BOT_TOKEN must be of a bot that nothing else uses.";

type Poll = { bot: string; position: number; signal: AbortSignal };

/** One long poll, and what came of it. @returns the number of the update to ask for next */
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

/** Ends a wait. Where nobody waits, it ends the next one at once. */
export class WakeSignal {
  #isNotified = false;
  #wake: (() => void) | null = null;

  notify(): void {
    this.#isNotified = true;
    this.#wake?.();
  }

  /** Until it is notified, `ms` at the most. */
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

/** Where Telegram shall send its updates, and by what we know it. */
type Webhook = { url: string; secret: string };

/** The updates that mean something to us, however they come. */
const UPDATES = ["message", "channel_post", "callback_query"];
const CONNECTIONS = 10;
/** What Telegram says of an address that it will never call. */
const REFUSED = /bad webhook|Bad Request/i;
/** Telegram's clock and ours need not agree. */
const SKEW_MS = 5_000;

/** "refused": Telegram will not call such an address. "unanswered": nobody knows, ask again. */
type Setting = { kind: "set" } | { kind: "refused"; because: string } | { kind: "unanswered" };

async function setWebhook(bot: BotApi, { url, secret }: Webhook): Promise<Setting> {
  const answer = await bot("setWebhook", {
    url,
    secret_token: secret,
    allowed_updates: UPDATES,
    max_connections: CONNECTIONS,
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
  /** Another address stands there. */
  | { kind: "elsewhere" }
  | { kind: "unknown" };

/** Whether Telegram gets through to us: bad where updates wait there after an error that it met since `since`. */
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
