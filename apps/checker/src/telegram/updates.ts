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

import type { Bell } from "./bell.ts";
import { hear, type HearParts } from "./hear.ts";
import { readUpdate } from "./update.ts";
import { lookAtWebhook, setWebhook, UPDATES, type Webhook } from "./webhook.ts";

export type UpdateOptions = HearParts & {
  holder: string;
  log: Logger;
  /** Where Telegram may tell its updates by itself; null: it is always asked for them. */
  webhook: Webhook | null;
  /** Rung when the webhook was told something. */
  bell: Bell;
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
type Standing = { bot: string } & (
  | { way: "polling"; webhookAgainAt: number }
  | { way: "webhook"; since: number; lookAt: number; badLooks: number }
);

/**
 * Hears what people tell the bot, for as long as it runs and holds the lease: by a webhook where Telegram can reach us,
 * else by asking. Never both: Telegram ends the older of two who ask, and refuses whoever asks beside a webhook.
 * @returns how to stop; what is being heard ends first
 */
export function startHearing(options: UpdateOptions): () => Promise<void> {
  const stopping = new AbortController();
  const running = run({ ...options, times: { ...TIMES, ...options.times } }, stopping.signal);
  return async () => {
    stopping.abort();
    options.bell.ring();
    await running;
  };
}

type Parts = UpdateOptions & { times: typeof TIMES };

async function run(parts: Parts, signal: AbortSignal): Promise<void> {
  const tenure = { name: "telegram-updates" as const, holder: parts.holder };
  let standing: Standing | null = null;
  while (!signal.aborted) {
    try {
      const position = await takeLease(parts.db, tenure, parts.times.leaseSeconds);
      standing = position === null ? null : (standing ?? (await begin(parts)));
      if (standing === null || position === null) await pause(parts.times.tryAgainMs, signal);
      else standing = await turn(parts, { standing, position, tenure, signal });
    } catch (error) {
      standing = null;
      parts.log.warn({ err: error }, "Telegram's updates could not be heard; they are asked for again.");
      await pause(parts.times.tryAgainMs, signal);
    }
  }
  await endLease(parts.db, tenure).catch(() => undefined);
}

/** Learns the bot's name and settles how its updates come; null where Telegram does not answer. */
async function begin(parts: Parts): Promise<Standing | null> {
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
async function ask(parts: Parts, bot: string): Promise<Standing | null> {
  const deleted = await parts.bot("deleteWebhook", {});
  if (!deleted.ok) return null;
  return { bot, way: "polling", webhookAgainAt: performance.now() + parts.times.webhookAgainMs };
}

async function giveUpWebhook(parts: Parts, bot: string, because: string): Promise<Standing | null> {
  parts.log.warn({ because }, "Telegram cannot use its webhook; it is asked for updates instead.");
  const sentence = `Telegram cannot reach PUBLIC_URL for its webhook (${because}). Its updates are asked for instead, so buttons and /start work all the same.`;
  await noteProblem(parts.db, "telegram", sentence);
  return await ask(parts, bot);
}

type Turn = {
  standing: Standing;
  position: number;
  tenure: { name: "telegram-updates"; holder: string };
  signal: AbortSignal;
};

/** Hears what there is, or waits for it a while. @returns how it goes on; null: begin anew */
async function turn(parts: Parts, { standing, position, tenure, signal }: Turn): Promise<Standing | null> {
  await hearWaiting(parts, standing.bot);
  if (standing.way === "webhook") return await beTold(parts, standing);
  await moveLease(parts.db, tenure, await hearNext(parts, { bot: standing.bot, position, signal }));
  return parts.webhook !== null && performance.now() >= standing.webhookAgainAt ? null : standing;
}

/** What the webhook was told, also what is left of it once updates are asked for again. */
async function hearWaiting(parts: Parts, bot: string): Promise<void> {
  for (const { updateId, body } of await waitingTelegramUpdates(parts.db)) {
    const update = readUpdate(JSON.parse(body), bot);
    if (update !== null) await hear(update.heard, parts);
    await endTelegramUpdate(parts.db, updateId);
  }
}

/** Waits until the webhook is told something, and looks now and then whether it still can be. */
async function beTold(parts: Parts, standing: Standing & { way: "webhook" }): Promise<Standing | null> {
  const { webhook, times } = parts;
  if (webhook === null) return null;
  if (performance.now() < standing.lookAt) {
    await parts.bell.wait(Math.min(standing.lookAt - performance.now(), (times.leaseSeconds * 1_000) / 3));
    return standing;
  }
  const lookAt = performance.now() + times.lookMs;
  const look = await lookAtWebhook(parts.bot, { webhook, since: standing.since });
  if (look.kind === "unknown") return { ...standing, lookAt };
  if (look.kind === "elsewhere") {
    await noteProblem(parts.db, "telegram", ELSEWHERE);
    return null;
  }
  if (look.kind === "good") {
    await noteProblem(parts.db, "telegram", null);
    return { ...standing, lookAt, badLooks: 0 };
  }
  if (standing.badLooks + 1 >= BAD_LOOKS_MAX) return await giveUpWebhook(parts, standing.bot, look.because);
  return { ...standing, lookAt, badLooks: standing.badLooks + 1 };
}

const ELSEWHERE =
  "Somebody set the Telegram bot's webhook to another address: TELEGRAM_BOT_TOKEN must be of a bot that nothing else uses.";

type Poll = { bot: string; position: number; signal: AbortSignal };

/** One long poll, and what came of it. @returns the number of the update to ask for next */
async function hearNext(parts: Parts, { bot, position, signal }: Poll): Promise<number> {
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
    await hear(read.heard, parts);
    next = Math.max(next, read.id + 1);
  }
  return next;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
