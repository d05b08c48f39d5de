import process from "node:process";

import type { Config } from "@overdue/config";
import { foldDatabaseTroubles, loggableError } from "@overdue/db";
import { pino, type Logger } from "pino";

import type { ProcessNews } from "./courier/courier-process.ts";
import { startChecker } from "./start-checker.ts";

const STOP_MS = 20_000;
const ECHO_MS_MAX = 1_000;

/** Runs a checker until a signal ends it: the first stops it cleanly, the second at once. */
export async function runChecker(config: Config): Promise<void> {
  const log = pino({
    name: "checker",
    level: config.logLevel,
    serializers: { err: loggableError },
    hooks: foldDatabaseTroubles(),
  });
  const { databaseUrl } = config;
  if (databaseUrl === null) throw new Error("DATABASE_URL is missing: start with `npm start`, or set it.");
  if (config.secretKeys.length === 0)
    throw new Error("SECRET_KEY is missing: start with `npm start`, or set it.");
  process.on("unhandledRejection", (error) => die(log, error));
  process.on("uncaughtException", (error) => die(log, error));
  const stop = await startChecker({ config, databaseUrl, log, onProcess: tellSupervisor });
  log.info("Judging and delivering.");
  tellSupervisor({ running: true });
  let askedAt: number | null = null;
  const end = () => {
    // Who ends a group of processes at once, such as systemd, reaches us directly and through the supervisor.
    if (askedAt !== null && performance.now() - askedAt > ECHO_MS_MAX) process.exit(1);
    if (askedAt !== null) return;
    askedAt = performance.now();
    setTimeout(() => process.exit(1), STOP_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => die(log, error),
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);
}

/** Whoever started us, if it listens, so that it can see to what we leave behind. */
function tellSupervisor(message: { running: true } | ProcessNews): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

/** A process in an unknown state must not go on deciding; whoever runs it starts another. */
function die(log: Logger, error: unknown): void {
  log.fatal({ err: error }, "The checker ends on an unexpected error.");
  process.exit(1);
}
