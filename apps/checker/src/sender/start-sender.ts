import { randomUUID } from "node:crypto";
import {
  type AlertMessage,
  channelKinds,
  type OpenChannel,
  type Operator,
  sendingLimits,
} from "@overdue/channels";
import type { Config } from "@overdue/config";
import {
  bounceAddress,
  type Db,
  type Keyring,
  keyringOf,
  listen,
  migrateServer,
  openDb,
  openPool,
  passOnDelivery,
  type Pool,
  stopReportsLink,
  unsubscribeLink,
} from "@overdue/db";
import type { Logger } from "pino";
import { type Egress, openEgress } from "../egress/egress.ts";
import { type DeliveryJob, openDeliveryQueue } from "../queue/delivery-job.ts";
import { reportQueueProblems, type WorkQueue } from "../queue/work-queue.ts";
import type { ProgramOptions } from "../run-program.ts";
import { startShadowMode } from "../shadow/start-shadow-mode.ts";
import { openSelfTestReceiver } from "../self-test/self-test.ts";
import { openMailer } from "../transports/mail.ts";
import { openTransports, type Transports } from "../transports/transports.ts";
import { openPushEncryption, pushContact } from "../transports/web-push.ts";
import { type LeaseKeeperOptions, openLeaseKeeper, openRecorder } from "./attempts.ts";
import { ChannelQueues } from "./channel-queues.ts";
import { openConcurrencyLimiter } from "./concurrency-limiter.ts";
import { deliverBatch, type DeliverParts } from "./deliver-batch.ts";
import { Dispatcher } from "./dispatcher.ts";

const ALIVE_EVERY_MS = 1_000;
const WARM_UP_CALLS = 5;

/**
 * Starts a sender, which delivers what the evaluators and the api wrote into the outbox. Any number run side by side on one
 * database. It is a separate process, so that a crash of an evaluator interrupts no delivery, and a message that crashes
 * its sender affects nothing else. @returns a function that stops it
 */
export async function startSender({
  config,
  databaseUrl,
  directUrl,
  log,
}: ProgramOptions): Promise<() => Promise<void>> {
  const senderId = randomUUID();
  await migrateServer(directUrl);
  // The id in the connection's name shows the others, in PostgreSQL's list of connections, that this process lives.
  const presence = openPool({ url: directUrl, max: 1, name: `sender ${senderId}` });
  const alive = stayAlive(presence);
  const pool = openPool({ url: databaseUrl, max: 6, name: `sender ${senderId}` });
  const db = openDb(pool);
  const sending = await openSending(config, db);
  const queue = await openDeliveryQueue({
    redisUrl: config.redisUrl,
    databaseUrl: directUrl,
    onError: reportQueueProblems(log, "The queue fails; alerts go out without it."),
  });
  const { publicUrl } = config;
  const delivering = startDelivering({
    ...sending,
    db,
    queue,
    senderId,
    mail: config.smtpUrl !== null,
    publicUrl,
    log,
  });
  const stopShadow = startShadowMode({ config, databaseUrl, log });
  const wake = () => delivering.wake();
  const unlisten = listen({ url: directUrl, handlers: { overdue_deliveries: wake }, onConnect: wake });
  log.info("Sending alerts.");
  return async () => {
    await unlisten();
    sending.hurry();
    await Promise.all([delivering.stop(), stopShadow()]);
    await queue.close();
    clearInterval(alive);
    await sending.close();
    await Promise.all([pool.end(), presence.end()]);
  };
}

/** Keeps the presence connection in use, so that this sender does not count as dead during a long call. */
function stayAlive(pool: Pool): NodeJS.Timeout {
  return setInterval(() => {
    pool.query("select").catch(() => undefined);
  }, ALIVE_EVERY_MS);
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
  const transports = openTransports({
    egress,
    mailer,
    operator: operatorOf(config),
    encryptPush: openPushEncryption({ db, keyring, contact: pushContact(config) }),
    passOn: (deliveryId, channelIds) => passOnDelivery(db, deliveryId, channelIds),
  });
  const receiver = await openSelfTestReceiver();
  await warmUp(egress, receiver.url);
  return {
    keyring,
    transports,
    selfTestChannel: receiver.channel,
    hurry: () => mailer.hurry(),
    close: async () => {
      mailer.close();
      await egress.close();
      await receiver.close();
    },
  };
}

/** The address for bounces; null if this instance receives no mail. */
function returnPathOf({ pingEmail }: Config, keyring: Keyring) {
  if (pingEmail === null) return null;
  const { domain } = pingEmail;
  return (deliveryId: string, to: string) => bounceAddress(keyring, { deliveryId, to, domain });
}

/** Makes a few calls first, because the first ones are much slower, which would make receivers look slow. */
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

/** The unsubscribe link of a mail. Reports have their own, since alerts are a separate subscription. */
export function stopLinkOf(
  { facts }: AlertMessage,
  { keyring, publicUrl }: { keyring: Keyring; publicUrl: string },
): string {
  const reportId = facts.kind === "report" ? facts.payload?.["reportId"] : undefined;
  if (typeof reportId === "string") return stopReportsLink(keyring, { publicUrl, reportId });
  return unsubscribeLink(keyring, { publicUrl, channelId: facts.channel.id });
}

type DeliveringOptions = {
  db: Db;
  keyring: Keyring;
  transports: Transports;
  /** A mail server is set, so owners can be reached by mail. */
  mail: boolean;
  /** The receiver of the self-test, in this process; null: there is none. */
  selfTestChannel: OpenChannel | null;
  publicUrl: string;
  log: Logger;
  /** The id by which others notice that this process is gone. Null: its leases only expire by time. */
  senderId: string | null;
  /** How long a lease lasts, how often leases are prolonged, and when an attempt is slow. */
  leases?: Partial<Pick<LeaseKeeperOptions, "seconds" | "everyMs" | "slowMs">>;
};

/** Delivers what it is given; it does not look for due deliveries itself. */
export type Delivery = {
  channelQueues: ChannelQueues;
  /** Waits until what is under way has ended. */
  stop(): Promise<void>;
};

export type Delivering = {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more work, and resolves when what is under way has ended. */
  stop(): Promise<void>;
};

/** A call takes 20 s at most. The lease of a longer attempt, such as a mail, is prolonged. */
const LEASE_SECONDS = 45;
/** For a retry that is due sooner than this, the dispatcher is woken. */
const SOON_MS = 2_500;
/** Kinds whose alerts are never grouped: programs want each alert separately, and a group passes each on to its channels. */
const UNGROUPED_KINDS = Object.entries(channelKinds).flatMap(([name, kind]) =>
  kind.forMachines || name === "group" ? [name] : [],
);

/** Delivers what is in the outbox, for as long as it runs. Any number of processes may do so on one database. */
export function startDelivering(options: DeliveringOptions & { queue: WorkQueue<DeliveryJob> }): Delivering {
  const { db, queue, log } = options;
  const onRetry = (inMs: number) => {
    if (inMs <= SOON_MS) dispatcher.wake();
  };
  const delivery = openDelivery(options, onRetry);
  const dispatcher = new Dispatcher({ db, queue, channelQueues: delivery.channelQueues, log });
  dispatcher.start();
  return {
    wake: () => dispatcher.wake(),
    stop: async () => {
      await dispatcher.stop();
      await delivery.stop();
    },
  };
}

export function openDelivery(options: DeliveringOptions, onRetry: (inMs: number) => void): Delivery {
  const { db, log, mail, keyring, senderId } = options;
  const owners = { keyring, mail };
  const limiter = openConcurrencyLimiter({
    maxAtOnce: (kind) => sendingLimits(kind).concurrency,
    maxOfKind: (kind) => sendingLimits(kind).concurrencyInAll ?? Number.POSITIVE_INFINITY,
  });
  const leases = openLeaseKeeper({ db, log, seconds: LEASE_SECONDS, ...options.leases });
  const channelQueues: ChannelQueues = new ChannelQueues({
    limiter,
    deliver: (batch) => deliverBatch(batch, parts),
  });
  const parts: DeliverParts = {
    ...options,
    lease: {
      seconds: options.leases?.seconds ?? LEASE_SECONDS,
      holder: senderId,
      ungroupedKinds: UNGROUPED_KINDS,
      owners,
    },
    recorder: openRecorder(db, owners),
    leases,
    channelQueues,
    onRetry,
  };
  return {
    channelQueues,
    stop: async () => {
      await channelQueues.stop();
      leases.stop();
    },
  };
}
