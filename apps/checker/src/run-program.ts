import { writeFile } from "node:fs/promises";
import process from "node:process";

import type { Config } from "@overdue/config";
import { foldDatabaseProblems, loggableError } from "@overdue/db";
import { startTracing } from "@overdue/tracing";
import { pino, type Logger } from "pino";

export type ProgramOptions = {
  config: Config;
  databaseUrl: string;
  /** The server itself if `databaseUrl` leads to a pooler, for everything that needs a session; else the same. */
  directUrl: string;
  log: Logger;
};

/** Starts a program. @returns a function that stops it: it takes no new work, finishes what is under way, and disconnects */
export type StartProgram = (options: ProgramOptions) => Promise<() => Promise<void>>;

/** A call to a provider takes 20 s at most. What is not recorded by then is repeated in any case. */
const STOP_MS = 30_000;
/** A second signal within this time is taken for an echo of the first. */
const ECHO_MS_MAX = 1_000;
const LIVENESS_EVERY_MS = 1_000;

/** Runs the checker or the sender until a signal ends it: the first stops it cleanly, the second at once. */
export async function runProgram(
  name: "checker" | "sender",
  config: Config,
  start: StartProgram,
): Promise<void> {
  const log = pino({
    name,
    level: config.logLevel,
    serializers: { err: loggableError },
    hooks: foldDatabaseProblems(),
  });
  const { databaseUrl, databaseDirectUrl } = config;
  if (databaseUrl === null) throw new Error("DATABASE_URL is missing: start with `npm start`, or set it.");
  if (config.secretKeys.length === 0)
    throw new Error("SECRET_KEY is missing: start with `npm start`, or set it.");
  process.on("unhandledRejection", (error) => die(log, error));
  process.on("uncaughtException", (error) => die(log, error));
  const stopTracing = await startTracing(config.otlpEndpoint, { process: name, log });
  const stop = await start({ config, databaseUrl, directUrl: databaseDirectUrl ?? databaseUrl, log });
  // The supervisor, if it started this process, waits for this message.
  if (process.connected) process.send?.({ running: true }, undefined, {}, () => undefined);
  if (config.livenessFile !== null) await renewLiveness(config.livenessFile, log);
  let askedAt: number | null = null;
  const end = () => {
    // A service manager that signals a whole process group reaches this process directly and through the supervisor.
    if (askedAt !== null && performance.now() - askedAt > ECHO_MS_MAX) process.exit(1);
    if (askedAt !== null) return;
    askedAt = performance.now();
    setTimeout(() => process.exit(1), STOP_MS).unref();
    stop()
      .then(stopTracing)
      .then(
        () => process.exit(0),
        (error: unknown) => die(log, error),
      );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);
}

/** Touches a file for a probe that ends a process whose event loop is blocked: then the file grows old. */
async function renewLiveness(file: string, log: Logger): Promise<void> {
  const renew = () => writeFile(file, new Date().toISOString());
  await renew();
  const warn = (error: unknown) => log.warn({ err: error }, "LIVENESS_FILE cannot be written.");
  setInterval(() => void renew().catch(warn), LIVENESS_EVERY_MS).unref();
}

/** Ends the process: in an unknown state it must not evaluate anything. The supervisor starts another. */
function die(log: Logger, error: unknown): void {
  log.fatal({ err: error }, "The process ends on an unexpected error.");
  process.exit(1);
}
