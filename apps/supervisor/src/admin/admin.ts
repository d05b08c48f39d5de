import { parseArgs } from "node:util";
import { insertAuditEntry } from "@overdue/db";
import { Refusal } from "../refusal.ts";
import type { Environment } from "../supervisor.ts";
import { channelCommands } from "./channel-commands.ts";
import type { Answer, Command } from "./command.ts";
import { exportCommands } from "./export-command.ts";
import { importCommands } from "./import/import-command.ts";
import { type Installation, withInstallation } from "./installation.ts";
import { keyCommands } from "./key-commands.ts";
import { projectCommands } from "./project-commands.ts";
import { userCommands } from "./user-commands.ts";

/**
 * Runs one command of the operator, such as `project create --name X --json`, and answers what to print.
 *
 * @throws Refusal or ConfigError with a sentence where it cannot be done.
 */
export async function runAdmin(args: string[], environment: Environment): Promise<string> {
  const [noun = "help", verb = ""] = args;
  if (["help", "--help", "-h"].includes(noun)) return help();
  const words = COMMANDS.has(noun) ? noun : `${noun} ${verb}`;
  const command = COMMANDS.get(words);
  if (!command) throw new Refusal(`There is no command "${words}"; "npm run admin -- help" lists all.`);
  const rest = args.slice(words.split(" ").length);
  const { json, ...given } = parseOptions(command, rest);
  const answer = await withInstallation(environment, (installation) =>
    carryOut(command, installation, given),
  );
  return json ? JSON.stringify(answer) : inWords(answer);
}

/** What changes a project is written into its audit log, both or neither. */
async function carryOut(
  command: Command,
  installation: Installation,
  given: Record<string, unknown>,
): Promise<Answer> {
  const { audit } = command;
  if (audit === null) return await command.run(installation, given);
  return await installation.db.transaction(async (tx) => {
    const answer = await command.run({ ...installation, db: tx }, given);
    const said = { ...given, ...(typeof answer === "object" && !Array.isArray(answer) && answer) };
    const projectId = String(said["project"]);
    const id = said["id"] ?? said["user"] ?? said["key"] ?? projectId;
    await insertAuditEntry(tx, {
      projectId,
      at: Date.now(),
      actor: { kind: "operator", name: "a command at the installation" },
      address: null,
      action: audit,
      object: { id: textOf(id), name: textOf(given["name"] ?? given["email"]) },
      fields: Object.keys(given)
        .filter((name) => name !== "project")
        .toSorted(),
    });
    return answer;
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const COMMANDS = new Map<string, Command>(
  Object.entries({
    ...projectCommands,
    ...channelCommands,
    ...keyCommands,
    ...userCommands,
    ...importCommands,
    ...exportCommands,
  }),
);

function parseOptions(command: Command, args: string[]): Record<string, unknown> {
  const entries = optionNames(command).map(
    (name) => [name, { type: "string", multiple: name === "set" }] as const,
  );
  try {
    const options = { ...Object.fromEntries(entries), json: { type: "boolean" as const } };
    return parseArgs({ args, options }).values;
  } catch (cause) {
    const problem = cause instanceof Error ? (cause.message.split(". ")[0] ?? "") : String(cause);
    throw new Refusal(`${problem.replace(/\.$/, "")}; "npm run admin -- help" lists all options.`, { cause });
  }
}

function optionNames(command: Command): string[] {
  return Object.keys(command.options.shape);
}

function help(): string {
  const lines = [...COMMANDS].map(([words, command]) => {
    const options = Object.entries(command.options.shape).map(([name, schema]) =>
      schema.isOptional() ? `[--${name} …]` : `--${name} …`,
    );
    return `  ${[words, ...options].join(" ")}\n      ${command.text}`;
  });
  return ["Usage: npm run --silent admin -- <command> [--json]", "", ...lines].join("\n");
}

function inWords(answer: Answer): string {
  if (typeof answer === "string") return answer;
  const records = Array.isArray(answer) ? answer : [answer];
  return records
    .map((record) => Object.entries(record).map(([name, value]) => `${name}: ${value ?? "–"}`))
    .map((lines) => lines.join(Array.isArray(answer) ? "  " : "\n"))
    .join("\n");
}
