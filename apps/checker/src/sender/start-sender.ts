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
 * Starts a sender: it delivers what the evaluators and the api wrote into the outbox. Any number run side by side on one
 * database. It is a process of its own, so that whatever happens to an evaluator ends no call that is under way, and
 * that a message which ends its sender ends nothing else.
 */
export async function startSender({
  config,
  databaseUrl,
  directUrl,
  log,
}: ProgramOptions): Promise<() => Promise<void>> {
  const senderId = randomUUID();
  await migrateServer(directUrl);
  // The id in the name tells the others, by PostgreSQL's own list of connections, that this process lives.
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
  const wake = () => delivering.wake();
  const unlisten = listen({ url: directUrl, handlers: { overdue_deliveries: wake }, onConnect: wake });
  log.info("Sending alerts.");
  return async () => {
    await unlisten();
    sending.hurry();
    await delivering.stop();
    await queue.close();
    clearInterval(alive);
    await sending.close();
    await Promise.all([pool.end(), presence.end()]);
  };
}

/** A connection that is never idle for long, so that a lease is not taken for a dead one's while a call takes time. */
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

/** Mails that come back are read where mails are taken at all. */
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

/** Where a reader ends such mails: reports by themselves, since alerts are another matter. */
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
  /** By which others know that this process is gone. Null: a lease ends by time alone. */
  senderId: string | null;
  /** How often leases are looked at, and when an attempt is slow. */
  leases?: Partial<Pick<LeaseKeeperOptions, "seconds" | "everyMs" | "slowMs">>;
};

/** What delivers, without what finds that there is something to deliver. */
export type Delivery = {
  channelQueues: ChannelQueues;
  /** Lets what is under way end. */
  stop(): Promise<void>;
};

export type Delivering = {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more work, lets what is under way end, and resolves. */
  stop(): Promise<void>;
};

/** A call takes 20 s at most; what takes longer, such as a mail, has its lease prolonged meanwhile. */
const LEASE_SECONDS = 45;
/** A retry that comes sooner than the dispatcher looks by itself. */
const SOON_MS = 2_500;
/** These tell one alert from another by themselves, or pass each on to channels that group them: each goes by itself. */
const UNGROUPED_KINDS = Object.entries(channelKinds).flatMap(([name, kind]) =>
  kind.forMachines || name === "group" ? [name] : [],
);

/** Delivers what stands in the outbox, for as long as it runs. Any number of processes may do so on one database. */
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
