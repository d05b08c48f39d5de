import type { AlertMessage, Operator } from "@overdue/channels";
import { type Db, listen, passOnDelivery } from "@overdue/db";
import { sceneKeyring } from "@overdue/testkit";
import { pino } from "pino";

import { type Egress, openEgress } from "../src/egress/egress.ts";
import { openDeliveryQueue } from "../src/queue/delivery-job.ts";
import { openMailer } from "../src/transports/mail.ts";
import { openTransports } from "../src/transports/transports.ts";
import { openPushEncryption } from "../src/transports/web-push.ts";
import { type Delivering, startDelivering } from "../src/sender/start-sender.ts";

export type TestDeliveryOptions = {
  db: Db;
  databaseUrl: string;
  /** Where the queue is; null: in the database. */
  redisUrl?: string | null;
  /** Null: there is no mail server. */
  smtpUrl?: string | null;
  /** Whether owners can be reached by mail; by default if there is a mail server. */
  mail?: boolean;
  from?: string;
  stopLink?: (message: AlertMessage) => string;
  operator?: Partial<Operator>;
};

export type TestDelivery = {
  delivering: Delivering;
  egress: Egress;
  /** Lets what is under way end. */
  stop: () => Promise<void>;
};

const PUBLIC_URL = "https://overdue.example.org";

/** Starts the delivering part of a sender, woken by the database as in a real one, with fake providers behind it. */
export async function startTestDelivery(options: TestDeliveryOptions): Promise<TestDelivery> {
  const { db, databaseUrl, redisUrl = null, smtpUrl = null } = options;
  const queue = await openDeliveryQueue({ redisUrl, databaseUrl, onError: () => undefined });
  const egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs: 5_000 });
  const mailer = openMailer({
    smtpUrl,
    from: options.from ?? "overdue@example.org",
    stopLink: options.stopLink ?? (() => `${PUBLIC_URL}/stop`),
  });
  const operator = { ...NO_OPERATOR, ...options.operator };
  const transports = openTransports({
    egress,
    mailer,
    operator,
    encryptPush: openPushEncryption({ db, keyring: sceneKeyring, contact: "mailto:ops@example.org" }),
    passOn: (deliveryId, channelIds) => passOnDelivery(db, deliveryId, channelIds),
  });
  const delivering = startDelivering({
    db,
    queue,
    transports,
    keyring: sceneKeyring,
    senderId: null,
    mail: options.mail ?? smtpUrl !== null,
    selfTestChannel: null,
    publicUrl: operator.publicUrl,
    log: pino({ level: "silent" }),
  });
  const wake = () => delivering.wake();
  const unlisten = listen({ url: databaseUrl, handlers: { overdue_deliveries: wake }, onConnect: wake });
  return {
    delivering,
    egress,
    stop: async () => {
      await unlisten();
      await delivering.stop();
      await queue.close();
      mailer.close();
      await egress.close();
    },
  };
}

const NO_OPERATOR: Operator = {
  publicUrl: PUBLIC_URL,
  telegramApiRoot: "",
  telegramBotToken: null,
  slackApiUrl: "",
};
