import { randomUUID } from "node:crypto";
import process from "node:process";

import type { Operator } from "@overdue/channels";
import type { Config } from "@overdue/config";
import {
  bounceAddress,
  keyringOf,
  openDb,
  foldDatabaseTroubles,
  loggableError,
  openPool,
  passOnDelivery,
  type Db,
  type Keyring,
  type Pool,
} from "@overdue/db";
import { pino, type Logger } from "pino";

import { openEgress, type Egress } from "../egress/egress.ts";
import { openSink } from "../self-watch/sink.ts";
import { openMailer } from "../senders/mail.ts";
import { openSender } from "../senders/sender.ts";
import { stopLinkOf } from "../senders/stop-link.ts";
import { openCourier } from "./courier.ts";
import { messageAs, type FromCourier, type ToCourier } from "./messages.ts";

/** A call takes 20 s at the most, and what can still not be recorded then repeats in any case. */
const END_WITHIN_MS = 30_000;
const ALIVE_EVERY_MS = 1_000;
const WARM_UP_CALLS = 5;

/**
 * Runs a courier for the checker at the other end of the line. When the line closes, by a clean stop or because the
 * checker died, or when a signal tells it to, the courier takes no more, ends what it took, records it, and then itself.
 */
export async function runCourier(config: Config): Promise<void> {
  const log = pino({
    name: "courier",
    level: config.logLevel,
    serializers: { err: loggableError },
    hooks: foldDatabaseTroubles(),
  });
  const { databaseUrl } = config;
  if (databaseUrl === null || process.send === undefined)
    throw new Error("A courier is started by a checker.");
  dieOnSurprise(log);
  // Heard from the first moment on: a line that closes while nobody listens is never heard to close.
  const line = openLine();
  const opened = await Promise.race([open(config, databaseUrl, log), line.ended]);
  // Nothing was taken yet, so there is nothing to end.
  if (opened === null) process.exit(0);
  const { courier, pool, hurry, close } = opened;
  const alive = stayAlive(pool);
  line.onParcels(({ batch, parcels }) => {
    void courier
      .take(parcels, (deliveryId, outcome) => tell({ tells: "outcome", deliveryId, outcome }))
      .then((together) => tell({ tells: "claimed", batch, together }));
  });
  tell({ tells: "ready" });
  await line.ended;
  setTimeout(() => process.exit(1), END_WITHIN_MS).unref();
  hurry();
  await courier.stop();
  clearInterval(alive);
  await close();
  process.exit(0);
}

async function open(config: Config, databaseUrl: string, log: Logger) {
  const courierId = randomUUID();
  // The id in the name tells the others, by PostgreSQL's own list of connections, that this process lives.
  const pool = openPool({ url: databaseUrl, max: 6, name: `courier ${courierId}` });
  const db = openDb(pool);
  const { keyring, sender, sink, hurry, close } = await openSending(config, db);
  const { publicUrl } = config;
  const mail = config.smtpUrl !== null;
  const courier = openCourier({ db, keyring, sender, mail, sink, publicUrl, log, courierId });
  const closeAll = async () => {
    await close();
    await pool.end();
  };
  return { courier, pool, hurry, close: closeAll };
}

/** A connection that is never idle for long, so that a lease is not taken for a dead one's while a call takes time. */
function stayAlive(pool: Pool): NodeJS.Timeout {
  return setInterval(() => {
    pool.query("select").catch(() => undefined);
    tell({ tells: "alive" });
  }, ALIVE_EVERY_MS);
}

/** What the checker says, and the end of it. `ended` resolves with null; from then on nothing is taken any more. */
function openLine() {
  const { promise: ended, resolve } = Promise.withResolvers<null>();
  let isOpen = true;
  let take: (message: ToCourier) => void = () => undefined;
  const end = () => {
    isOpen = false;
    resolve(null);
  };
  process.on("message", (message) => {
    if (isOpen) take(messageAs<ToCourier>(message));
  });
  process.on("disconnect", end);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);
  if (!process.connected) end();
  // What is written goes through the checker, and nowhere once that is gone.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  return {
    ended,
    onParcels: (taker: (message: ToCourier) => void) => {
      take = taker;
    },
  };
}

/** Where nobody listens any more, what happened stands in the database all the same. */
function tell(message: FromCourier): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function dieOnSurprise(log: Logger): void {
  const die = (error: unknown) => {
    log.fatal({ err: error }, "The courier ends on an unexpected error.");
    process.exit(1);
  };
  process.on("unhandledRejection", die);
  process.on("uncaughtException", die);
}

async function openSending(config: Config, db: Db) {
  const egress = openEgress({ allowedNetworks: config.allowedPrivateNetworks });
  const keyring = keyringOf(config.secretKeys);
  const mailer = openMailer({
    smtpUrl: config.smtpUrl,
    smtp: config.smtp,
    from: config.mailFrom,
    stopLink: (message) => stopLinkOf(message, { keyring, publicUrl: config.publicUrl }),
    returnPath: returnPathOf(config, keyring),
  });
  const sender = openSender({
    egress,
    mailer,
    operator: operatorOf(config),
    passOn: (deliveryId, channelIds) => passOnDelivery(db, deliveryId, channelIds),
  });
  const sink = await openSink();
  await warmUp(egress, sink.url);
  const close = async () => {
    mailer.close();
    await egress.close();
    await sink.close();
  };
  return { keyring, sender, sink: sink.channel, hurry: () => mailer.hurry(), close };
}

/** Mails that come back are heard where mails are taken at all. */
function returnPathOf({ pingEmail }: Config, keyring: Keyring) {
  if (pingEmail === null) return null;
  const { domain } = pingEmail;
  return (deliveryId: string, to: string) => bounceAddress(keyring, { deliveryId, to, domain });
}

/** A first call takes many times as long as the next; it would tell of a receiver what is our own. */
async function warmUp(egress: Egress, url: string): Promise<void> {
  const request = {
    method: "POST",
    url,
    headers: {},
    body: "{}",
    trusted: true,
    onlyHosts: null,
    signed: null,
  } as const;
  for (let call = 0; call < WARM_UP_CALLS; call += 1) await egress.send(request);
}

function operatorOf({ publicUrl, telegramApiRoot, telegramBotToken, slackApiUrl }: Config): Operator {
  return { publicUrl, telegramApiRoot, telegramBotToken, slackApiUrl };
}
