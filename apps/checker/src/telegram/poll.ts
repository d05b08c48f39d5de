import { setTimeout as wait } from "node:timers/promises";

import { endLease, moveLease, rememberBot, takeLease } from "@overdue/db";
import type { Logger } from "pino";
import { z } from "zod";

import { hear, type HearParts } from "./hear.ts";
import { readUpdate } from "./update.ts";

export type PollOptions = HearParts & {
  holder: string;
  log: Logger;
  pollSeconds?: number;
  leaseSeconds?: number;
};

/** An update is waited for so long; the egress waits longer, and the lease lasts longer than both. */
const POLL_SECONDS = 10;
const LEASE_SECONDS = 30;
const TRY_AGAIN_MS = 2_000;
const UPDATES = ["message", "callback_query"];

/**
 * Asks Telegram for updates for as long as it runs, and only while it holds the lease: Telegram ends the older of two
 * who ask at once. @returns how to stop; what is being heard ends first
 */
export function startPolling(options: PollOptions): () => Promise<void> {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return async () => {
    stopping.abort();
    await running;
  };
}

async function run(options: PollOptions, signal: AbortSignal): Promise<void> {
  const tenure = { name: "telegram-updates" as const, holder: options.holder };
  let bot: string | null = null;
  while (!signal.aborted) {
    try {
      const position = await takeLease(options.db, tenure, options.leaseSeconds ?? LEASE_SECONDS);
      if (position !== null) bot ??= await introduced(options);
      if (position === null || bot === null) await pause(TRY_AGAIN_MS, signal);
      else await moveLease(options.db, tenure, await hearNext(options, { bot, position, signal }));
    } catch (error) {
      options.log.warn({ err: error }, "Telegram's updates could not be heard; they are asked for again.");
      await pause(TRY_AGAIN_MS, signal);
    }
  }
  await endLease(options.db, tenure).catch(() => undefined);
}

/** The bot's name. A webhook of an earlier life would keep all updates to itself. */
async function introduced({ bot, db, log }: PollOptions): Promise<string | null> {
  const me = await bot("getMe", {});
  const name = me.ok ? z.object({ username: z.string() }).safeParse(me.result).data?.username : undefined;
  if (name === undefined) {
    log.warn({ because: me.ok ? "no name" : me.because }, "Telegram does not know TELEGRAM_BOT_TOKEN.");
    return null;
  }
  await bot("deleteWebhook", {});
  await rememberBot(db, name);
  return name;
}

type Turn = { bot: string; position: number; signal: AbortSignal };

/** One long poll, and what came of it. @returns the number of the update to ask for next */
async function hearNext(options: PollOptions, { bot, position, signal }: Turn): Promise<number> {
  const timeout = options.pollSeconds ?? POLL_SECONDS;
  const answer = await options.bot("getUpdates", { offset: position, timeout, allowed_updates: UPDATES });
  if (!answer.ok) {
    await pause(answer.waitMs ?? TRY_AGAIN_MS, signal);
    return position;
  }
  let next = position;
  for (const update of z.array(z.unknown()).catch([]).parse(answer.result)) {
    const read = readUpdate(update, bot);
    if (read === null) continue;
    await hear(read.heard, options);
    next = Math.max(next, read.id + 1);
  }
  return next;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
