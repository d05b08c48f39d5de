import { writeFile } from "node:fs/promises";
import process from "node:process";

import type { Config } from "@overdue/config";
import { foldDatabaseProblems, loggableError } from "@overdue/db";
import { startTracing } from "@overdue/tracing";
import { pino, type Logger } from "pino";

/** What a program is started with. */
export type ProgramOptions = {
  config: Config;
  databaseUrl: string;
  /** The server itself, where the other leads to a pooler: for all that needs a session of its own. */
  directUrl: string;
  log: Logger;
};

/** Starts a program. @returns how to stop it: no new work, what is under way ends, then the connections close */
export type StartProgram = (options: ProgramOptions) => Promise<() => Promise<void>>;

/** A call to a provider takes 20 s at most; what can still not be recorded then is repeated in any case. */
const STOP_MS = 30_000;
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
  // The supervisor, if it started us, waits for this.
  if (process.connected) process.send?.({ running: true }, undefined, {}, () => undefined);
  if (config.livenessFile !== null) await renewLiveness(config.livenessFile, log);
  let askedAt: number | null = null;
  const end = () => {
    // A service manager that ends a group of processes at once reaches us directly and through the supervisor.
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

/** For a probe, which ends a process whose event loop stands still: the file is as old as the last turn of it. */
async function renewLiveness(file: string, log: Logger): Promise<void> {
  const renew = () => writeFile(file, new Date().toISOString());
  await renew();
  const warn = (error: unknown) => log.warn({ err: error }, "LIVENESS_FILE cannot be written.");
  setInterval(() => void renew().catch(warn), LIVENESS_EVERY_MS).unref();
}

/** A process in an unknown state must not go on deciding; its supervisor starts another. */
function die(log: Logger, error: unknown): void {
  log.fatal({ err: error }, "The process ends on an unexpected error.");
  process.exit(1);
}
