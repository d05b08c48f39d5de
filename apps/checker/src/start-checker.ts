import { randomUUID } from "node:crypto";

import { type Config, mailWarning } from "@overdue/config";
import {
  endChecker,
  keyringOf,
  listen,
  migrate,
  noteTrouble,
  openDb,
  openPool,
  type OwnersWay,
  type Pool,
  TroubleLog,
} from "@overdue/db";
import type { Logger } from "pino";

import { AccountMailer } from "./account-mails/account-mailer.ts";
import { hearChats, type HearingChats } from "./chats/hear-chats.ts";
import { startCourierProcess, type ProcessNews } from "./courier/courier-process.ts";
import { startDelivering } from "./deliver/deliver.ts";
import { openEgress, type Egress } from "./egress/egress.ts";
import { dutiesOn } from "./housekeeping/duties.ts";
import { keepHouse } from "./housekeeping/keep-house.ts";
import { Judge } from "./judge/judge.ts";
import { openQueue } from "./queue/queue.ts";
import { Waker } from "./routes/waker.ts";
import { watchItself } from "./self-watch/watch-itself.ts";

export type CheckerOptions = {
  config: Config;
  databaseUrl: string;
  log: Logger;
  /** Is told of each process that it starts, and of its end. */
  onProcess: (news: ProcessNews) => void;
};

/**
 * Judges deadlines, delivers alerts, keeps house. Any number of checkers run side by side on one database.
 * Answers how to stop: no new work, what is under way ends, then the connections close.
 */
export async function startChecker({
  config,
  databaseUrl,
  log,
  onProcess,
}: CheckerOptions): Promise<() => Promise<void>> {
  const checker = { id: randomUUID(), startedAt: Date.now() };
  // The id in the name tells the others, by PostgreSQL's own list of connections, that this process lives.
  const open = (name: string, max: number) =>
    openPool({ url: databaseUrl, max, name: `checker ${checker.id} ${name}` });
  const [judging, delivering, keeping] = [open("judge", 3), open("deliver", 3), open("keep house", 2)];
  await migrate(keeping);
  await sayWhetherMailIsCaught(keeping, { config, log });
  const queue = await openQueue({
    redisUrl: config.redisUrl,
    databaseUrl,
    onError: queueTroubles(log),
  });
  const egress = openEgress({ allowedNetworks: config.allowedPrivateNetworks });
  const way = { keyring: keyringOf(config.secretKeys), mail: config.smtpUrl !== null };
  const courier = startCourierProcess({ log, onProcess });
  const delivery = startDelivering({ db: openDb(delivering), queue, courier, log });
  const judge = new Judge({ pool: judging, checkerId: checker.id, startedAt: checker.startedAt, log });
  const waker = new Waker({ pool: judging, way, log });
  const stopKeeping = startKeeping(keeping, { way, egress, config, log });
  const chats = hearChats(config, { pool: keeping, log });
  const accountMailer = new AccountMailer({ db: openDb(keeping), config, log });
  const unlisten = hearDatabase(databaseUrl, { judge, delivery, waker, chats, accountMailer });
  judge.start();
  waker.wake();
  return async () => {
    await unlisten();
    await judge.stop();
    await waker.stop();
    await endChecker(judging, checker.id);
    await chats.stop();
    await accountMailer.stop();
    await stopKeeping();
    await delivery.stop();
    await queue.close();
    await egress.close();
    await Promise.all([judging.end(), delivering.end(), keeping.end()]);
  };
}

/** In the log, and to the operators for as long as it is so. */
async function sayWhetherMailIsCaught(pool: Pool, { config, log }: Pick<CheckerOptions, "config" | "log">) {
  const warning = mailWarning(config);
  if (warning !== null) log.warn(warning);
  await noteTrouble(openDb(pool), "mail", warning);
}

/** Tells of a queue that fails: when it begins, each minute while it lasts, and when it is over. */
function queueTroubles(log: Logger): (error: unknown) => void {
  const troubles = new TroubleLog({
    lasts: (count) => log.warn({ count }, `The queue still fails: ${count} errors since the last such line.`),
    over: () => log.warn("The queue has given no error for 30 s: it works again."),
  });
  return (error) => {
    if (troubles.report()) log.warn({ err: error }, "The queue fails; alerts go out without it.");
  };
}

type Wakeable = Record<"judge" | "delivery" | "waker" | "accountMailer", { wake(): void }> & {
  chats: HearingChats;
};

/** Wakes whom the database rings for, and all of them where it may have rung unheard. Answers how to stop. */
function hearDatabase(url: string, wakeable: Wakeable): () => Promise<void> {
  const { judge, delivery, waker, chats, accountMailer } = wakeable;
  return listen({
    url,
    handlers: {
      overdue_account_mails: () => accountMailer.wake(),
      overdue_marked: () => judge.wake(),
      overdue_deliveries: () => delivery.wake(),
      overdue_incidents: () => waker.wake(),
      ...chats.handlers,
    },
    onConnect: () => {
      for (const one of [judge, delivery, waker, chats, accountMailer]) one.wake();
    },
  });
}

type Keeping = { way: OwnersWay; egress: Egress; config: Config; log: Logger };

/** Housekeeping, and the check that misses on purpose. Answers how to stop them. */
function startKeeping(pool: Pool, { way, egress, config, log }: Keeping): () => Promise<void> {
  const stopHousekeeping = keepHouse({ db: openDb(pool), duties: dutiesOn(pool, { way, log }), log });
  const heartbeatUrl = config.selfHeartbeatUrl;
  const stopWatching = watchItself({ pool, way, egress, heartbeatUrl, log });
  return async () => {
    await stopHousekeeping();
    await stopWatching();
  };
}
