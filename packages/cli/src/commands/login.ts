import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";

import { type Config, configFile, readConfig } from "../config.ts";
import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { UsageError } from "../errors.ts";
import { projectOf } from "./api.ts";

const OPTIONS = {
  url: { type: "string" },
  "ping-key": { type: "string" },
  "api-key": { type: "string" },
} as const;

/**
 * `overdue login`: asks for the address and the keys, tries the API key, and writes them into a file that only
 * this user can read. A key is better typed, or given by the environment, than written on a command line, where `ps` shows it.
 */
export async function login(machine: Machine, args: readonly string[]): Promise<void> {
  const { values } = readOptions(args, OPTIONS);
  const before = readConfig(machine);
  const asked = {
    url: (values["url"] as string | undefined) ?? machine.env["OVERDUE_URL"],
    pingKey: (values["ping-key"] as string | undefined) ?? machine.env["OVERDUE_PING_KEY"],
    apiKey: (values["api-key"] as string | undefined) ?? machine.env["OVERDUE_API_KEY"],
  };
  const given = process.stdin.isTTY && asked.url === undefined ? await askPerson(before) : asked;
  const config: Config = {
    url: (given.url ?? before.url)?.replace(/\/+$/, "") ?? null,
    pingKey: given.pingKey ?? before.pingKey,
    apiKey: given.apiKey ?? before.apiKey,
  };
  if (config.url === null || !/^https?:\/\/[^/]/.test(config.url))
    throw new UsageError("--url must be the address of Overdue, such as https://overdue.example.org.");
  const project = config.apiKey === null ? null : await projectOf(machine, config);
  const path = write(machine, config);
  const said =
    project === null
      ? "No key for the API was given, so nothing was tried."
      : `The project is ${project.name}.`;
  process.stdout.write(`Written to ${path}. ${said}\n`);
}

async function askPerson(before: Config): Promise<Partial<Record<keyof Config, string>>> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const ask = async (question: string, kept: string | null) =>
    (await prompt.question(`${question}${kept === null ? "" : " (Enter keeps what is set)"}: `)).trim() ||
    kept ||
    undefined;
  const url = await ask("Address, such as https://overdue.example.org", before.url);
  const pingKey = await ask("Ping key of the project", before.pingKey);
  const apiKey = await ask("API key that may read (empty: none)", before.apiKey);
  prompt.close();
  return {
    ...(url !== undefined && { url }),
    ...(pingKey !== undefined && { pingKey }),
    ...(apiKey !== undefined && { apiKey }),
  };
}

function write(machine: Machine, config: Config): string {
  const path = configFile(machine);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.part`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${path}.part`, 0o600);
  renameSync(`${path}.part`, path);
  return path;
}
