import { randomUUID } from "node:crypto";
import { type Config, mailWarning } from "@overdue/config";
import {
  endChecker,
  type Keyring,
  keyringOf,
  listen,
  migrateServer,
  noteProblem,
  noteUnreadable,
  openDb,
  openPool,
  type OwnerContact,
  type Pool,
  telegramWebhookSecret,
} from "@overdue/db";
import type { Logger } from "pino";
import { startBackups } from "./backups/start-backups.ts";
import { openAccountMails } from "./account-mails/account-mailer.ts";
import { openAuditStreams } from "./audit-streams/audit-streams.ts";
import { DeadlineEvaluator } from "./deadlines/deadline-evaluator.ts";
import { type Egress, openEgress } from "./egress/egress.ts";
import { Escalator } from "./escalations/escalator.ts";
import { startJobs } from "./jobs/job-runner.ts";
import { maintenanceJobs } from "./jobs/maintenance-jobs.ts";
import { openWorkQueue, reportQueueProblems } from "./queue/work-queue.ts";
import type { ProgramOptions } from "./run-program.ts";
import { openSelfTest, SELF_TEST_EVERY_SECONDS } from "./self-test/self-test.ts";
import { serveSlack, type ServingSlack } from "./slack/serve-slack.ts";
import { openStatusMails } from "./status-mails/status-mails.ts";
import { openBotApi } from "./telegram/bot-api.ts";
import { startReceivingUpdates, WakeSignal } from "./telegram/updates.ts";

/**
 * Evaluates deadlines, processes escalations and runs maintenance jobs. Any number of checkers run side by side on one
 * database; the senders deliver their alerts. @returns a function that stops it: it takes no new work, finishes what is
 * under way, and disconnects
 */
export async function startChecker({
  config,
  databaseUrl,
  directUrl,
  log,
}: ProgramOptions): Promise<() => Promise<void>> {
  const checker = { id: randomUUID(), startedAt: Date.now() };
  const open = (name: string, max: number) =>
    openPool({ url: databaseUrl, max, name: `checker ${checker.id} ${name}` });
  const [evaluating, maintaining] = [open("evaluate", 3), open("maintain", 2)];
  await migrateServer(directUrl);
  await noteMailWarning(maintaining, { config, log });
  const keyring = keyringOf(config.secretKeys);
  await logUnreadable(maintaining, { keyring, log });
  const egress = openEgress({ allowedNetworks: config.allowedPrivateNetworks });
  const ownerContact = { keyring, mail: config.smtpUrl !== null };
  const evaluator = new DeadlineEvaluator({
    pool: evaluating,
    checkerId: checker.id,
    startedAt: checker.startedAt,
    log,
  });
  const escalator = new Escalator({ pool: evaluating, ownerContact, log });
  const stopJobs = await startMaintenance(maintaining, { ownerContact, egress, config, directUrl, log });
  const stopBackups = startBackups({ db: openDb(maintaining), settings: config.backups, log });
  const chats = startChats(config, { pool: maintaining, log });
  const mails = { db: openDb(maintaining), config, log };
  const accountMails = openAccountMails(mails);
  const statusMails = openStatusMails(mails);
  const auditStreams = openAuditStreams({ db: openDb(maintaining), keyring, egress, log });
  const queues = { accountMails, statusMails, auditStreams };
  const unlisten = listenToDatabase(directUrl, { evaluator, escalator, chats, ...queues });
  evaluator.start();
  escalator.wake();
  log.info("Evaluating deadlines.");
  return async () => {
    await unlisten();
    await evaluator.stop();
    await escalator.stop();
    await endChecker(evaluating, checker.id);
    await chats.stop();
    await Promise.all(Object.values(queues).map((queue) => queue.stop()));
    await Promise.all([stopJobs(), stopBackups()]);
    await egress.close();
    await Promise.all([evaluating.end(), maintaining.end()]);
  };
}

/** Logs the warning about the mail server, if there is one, and shows it to the operators as long as it applies. */
async function noteMailWarning(pool: Pool, { config, log }: { config: Config; log: Logger }) {
  const warning = mailWarning(config);
  if (warning !== null) log.warn(warning);
  await noteProblem(openDb(pool), "mail", warning);
}

/** Says at once what SECRET_KEY does not open: a job says it again while it lasts. */
async function logUnreadable(pool: Pool, { keyring, log }: { keyring: Keyring; log: Logger }) {
  const sentence = await noteUnreadable(openDb(pool), keyring);
  if (sentence !== null) log.error(sentence);
}

type Wakeable = Record<
  "evaluator" | "escalator" | "accountMails" | "statusMails" | "auditStreams",
  { wake(): void }
> & { chats: Chats };

/** Wakes what the database notifies; after a reconnect all, as notifications may have been missed. @returns a stop function */
function listenToDatabase(url: string, wakeable: Wakeable): () => Promise<void> {
  const { evaluator, escalator, chats, accountMails, statusMails, auditStreams } = wakeable;
  return listen({
    url,
    handlers: {
      overdue_account_mails: () => accountMails.wake(),
      overdue_status_mails: () => statusMails.wake(),
      overdue_audit_stream: () => auditStreams.wake(),
      overdue_checkpoint_written: () => evaluator.wake(),
      overdue_incidents: () => escalator.wake(),
      ...chats.handlers,
    },
    onConnect: () => {
      for (const one of Object.values(wakeable)) one.wake();
    },
  });
}

type Maintenance = {
  ownerContact: OwnerContact;
  egress: Egress;
  config: Config;
  directUrl: string;
  log: Logger;
};

/** Starts the maintenance jobs, including the self-test. @returns a function that stops them */
async function startMaintenance(
  pool: Pool,
  { ownerContact, egress, config, directUrl, log }: Maintenance,
): Promise<() => Promise<void>> {
  const queue = await openWorkQueue({
    name: "maintenance",
    redisUrl: config.redisUrl,
    databaseUrl: directUrl,
    concurrency: 1,
    read: (data) => data,
    onError: reportQueueProblems(log, "The queue fails; maintenance jobs run without it."),
  });
  const selfTest = openSelfTest({ pool, ownerContact, egress, heartbeatUrl: config.selfHeartbeatUrl, log });
  const jobs = [
    ...maintenanceJobs(pool, {
      ownerContact,
      emailVerification: config.emailVerification,
      dataDir: config.dataDir,
      log,
    }),
    { name: "self-test", everySeconds: SELF_TEST_EVERY_SECONDS, run: selfTest },
  ];
  const stop = startJobs({ db: openDb(pool), queue, jobs, log });
  return async () => {
    await stop();
    await queue.close();
  };
}

/** `handlers`: for notifications of the database. `wake`: looks whether anything was missed. */
type Chats = {
  handlers: { overdue_telegram(): void; overdue_slack(): void };
  wake(): void;
  stop(): Promise<void>;
};

/** Handles what people do in chats with Overdue's messages, and answers them. */
function startChats(config: Config, parts: { pool: Pool; log: Logger }): Chats {
  const telegram = startTelegram(config, parts);
  const slack = openSlack(config, parts);
  return {
    handlers: { overdue_telegram: () => telegram.wake(), overdue_slack: () => slack?.wake() },
    wake: () => {
      telegram.wake();
      slack?.wake();
    },
    stop: async () => {
      await Promise.all([telegram.stop(), slack?.stop()]);
    },
  };
}

/** Null if the operator has set up no Slack app. */
function openSlack(config: Config, { pool, log }: { pool: Pool; log: Logger }): ServingSlack | null {
  const { slackClientId: clientId, slackClientSecret: clientSecret, slackSigningSecret } = config;
  if (clientId === null || clientSecret === null || slackSigningSecret === null) return null;
  const egress = openEgress({ allowedNetworks: config.allowedPrivateNetworks });
  const app = { clientId, clientSecret, apiUrl: config.slackApiUrl, publicUrl: config.publicUrl };
  const parts = { db: openDb(pool), keyring: keyringOf(config.secretKeys), egress, app };
  const serving = serveSlack(parts, log);
  return {
    ...serving,
    stop: async () => {
      await serving.stop();
      await egress.close();
    },
  };
}

/** Longer than a long poll, shorter than the lease. */
const TELEGRAM_TIMEOUT_MS = 20_000;

/** `wake`: call it when the webhook got an update. */
type TelegramUpdates = { wake(): void; stop(): Promise<void> };

/** Receives what people write to the instance's bot, if it has one. Only one of all processes does so at a time. */
function startTelegram(config: Config, { pool, log }: { pool: Pool; log: Logger }): TelegramUpdates {
  const { telegramBotToken: token, telegramApiRoot: apiRoot, publicUrl } = config;
  if (token === null) return { wake: () => undefined, stop: () => Promise.resolve() };
  const egress = openEgress({ allowedNetworks: [], timeoutMs: TELEGRAM_TIMEOUT_MS });
  const keyring = keyringOf(config.secretKeys);
  const arrived = new WakeSignal();
  const url = `${publicUrl}/telegram/updates`;
  const stop = startReceivingUpdates({
    pool,
    db: openDb(pool),
    keyring,
    bot: openBotApi(egress, { apiRoot, token }),
    holder: randomUUID(),
    log,
    // Telegram calls only https addresses.
    webhook: url.startsWith("https://") ? { url, secret: telegramWebhookSecret(keyring) } : null,
    arrived,
  });
  return {
    wake: () => arrived.notify(),
    stop: async () => {
      const stopped = stop();
      await egress.close(); // ends the long poll that is under way
      await stopped;
    },
  };
}
