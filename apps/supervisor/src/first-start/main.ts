import { readConfig } from "@overdue/config";
import { openOwnServer } from "../database/own-server.ts";
import { printable } from "../printable.ts";
import { sentenceOf, Refusal } from "../refusal.ts";
import { prepareInstallation } from "./first-start.ts";

// For those who start api and checker themselves, such as docker-compose.yml: what must happen once before.
try {
  const config = readConfig(process.env);
  if (config.databaseUrl === null)
    throw new Refusal("Set DATABASE_URL: this command prepares a server of yours.");
  await openOwnServer(config.databaseUrl);
  process.stdout.write(`Open ${await prepareInstallation(config, config.databaseUrl)}\n`);
} catch (error) {
  process.stderr.write(`${printable(sentenceOf(error))}\n`);
  process.exitCode = 1;
}
