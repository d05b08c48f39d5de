import process from "node:process";

import type { Config } from "@overdue/config";
import { loggableError } from "@overdue/db";
import { pino, type Logger } from "pino";

import { startChecker } from "./start-checker.ts";

const STOP_MS = 20_000;

/** Runs a checker until a signal ends it: the first stops it cleanly, the second at once. */
export async function runChecker(config: Config): Promise<void> {
  const log = pino({ name: "checker", level: config.logLevel, serializers: { err: loggableError } });
  const { databaseUrl } = config;
  if (databaseUrl === null) throw new Error("DATABASE_URL is missing: start with `npm start`, or set it.");
  if (config.secretKeys.length === 0)
    throw new Error("SECRET_KEY is missing: start with `npm start`, or set it.");
  process.on("unhandledRejection", (error) => die(log, error));
  process.on("uncaughtException", (error) => die(log, error));
  const stop = await startChecker({ config, databaseUrl, log });
  log.info("Judging and delivering.");
  let stopping = false;
  const end = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => die(log, error),
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

/** A process in an unknown state must not go on deciding; whoever runs it starts another. */
function die(log: Logger, error: unknown): void {
  log.fatal({ err: error }, "The checker ends on an unexpected error.");
  process.exit(1);
}
