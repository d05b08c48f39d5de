import { readConfig } from "@overdue/config";
import { openOwnServer } from "../database/own-server.ts";
import { escapeHidden } from "@overdue/core";
import { errorMessage, Refusal } from "../refusal.ts";
import { prepareInstance } from "./first-start.ts";

// Prepares the user's own server, for setups that start the processes themselves, such as docker-compose.yml.
try {
  const config = readConfig(process.env);
  if (config.databaseUrl === null)
    throw new Refusal("Set DATABASE_URL: this command prepares the PostgreSQL server that it names.");
  const { directUrl } = await openOwnServer({ url: config.databaseUrl, direct: config.databaseDirectUrl });
  const say = (sentence: string) => process.stderr.write(`${escapeHidden(sentence)}\n`);
  const url = await prepareInstance(config, { directUrl, secrets: config.secretKeys, say });
  process.stdout.write(`Open ${url}\n`);
} catch (error) {
  process.stderr.write(`${escapeHidden(errorMessage(error))}\n`);
  process.exitCode = 1;
}
