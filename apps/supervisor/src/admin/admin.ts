import { parseArgs } from "node:util";

import { type AuditChanges, insertAuditEntries } from "@overdue/db";

import { Refusal } from "../refusal.ts";
import type { Environment } from "../supervisor.ts";
import { BACKUP_HELP, runBackupCommand } from "./backup-commands.ts";
import { channelCommands, exportCommands, projectCommands, retentionCommands } from "./project-commands.ts";
import type { Command, CommandOutput } from "./command.ts";
import { importCommands } from "./import-checks.ts";
import { type Instance, withInstance } from "./instance.ts";
import { instanceCommands } from "./instance-commands.ts";
import { organizationCommands } from "./organization-commands.ts";
import { secretCommands } from "./secret-commands.ts";
import { keyCommands, userCommands } from "./user-commands.ts";

/**
 * Runs one command of the operator, such as `project create --name X --json`, and returns the text to print. `say` prints the
 * progress of a long one.
 *
 * @throws Refusal or ConfigError, with a sentence for the person, if the command cannot be done.
 */
export async function runAdmin(
  args: string[],
  environment: Environment,
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const [noun = "help", verb = ""] = args;
  if (["help", "--help", "-h"].includes(noun)) return help();
  const done = await runBackupCommand(args, environment);
  if (done !== null) return done;
  const words = COMMANDS.has(noun) ? noun : `${noun} ${verb}`;
  const command = COMMANDS.get(words);
  if (!command) throw new Refusal(`There is no command "${words}"; "npm run admin -- help" lists all.`);
  const rest = args.slice(words.split(" ").length);
  const { json, ...given } = parseOptions(command, rest);
  const output = await withInstance(environment, (instance) =>
    runAndAudit(command, { ...instance, say }, given),
  );
  return json ? JSON.stringify(output) : formatOutput(output);
}

/** Runs a command. If it changes a project, its entry in the audit log is written in the same transaction. */
async function runAndAudit(
  command: Command,
  instance: Instance,
  given: Record<string, unknown>,
): Promise<CommandOutput> {
  const { audit } = command;
  if (audit === null) return await command.run(instance, given);
  return await instance.db.transaction(async (tx) => {
    const before = (await command.before?.({ ...instance, db: tx }, given)) ?? {};
    const output = await command.run({ ...instance, db: tx }, given);
    const values = { ...given, ...(typeof output === "object" && !Array.isArray(output) && output) };
    const { project, organization } = values;
    const place =
      project === undefined ? { organizationId: textOf(organization) } : { projectId: textOf(project) };
    const id = values["id"] ?? values["user"] ?? values["key"] ?? project;
    await insertAuditEntries(tx, place, {
      at: Date.now(),
      actor: { kind: "operator", name: "a command of the operator" },
      address: null,
      action: audit,
      object: { id: textOf(id), name: textOf(given["name"] ?? given["email"]) },
      fields: changedOptions(given),
      changes: changesBy(given, before),
    });
    return output;
  });
}

function changedOptions(given: Record<string, unknown>): string[] {
  return Object.keys(given)
    .filter((name) => name !== "project" && name !== "organization")
    .toSorted();
}

const MASK = "•••";
/** Options that hold secrets: a key that is taken over, and the settings of a channel. */
const SECRET_OPTIONS = new Set(["key", "set"]);

/** Each option's value before and after; before is null where the command makes something. */
function changesBy(given: Record<string, unknown>, before: Record<string, unknown>): AuditChanges {
  const changes = changedOptions(given).map((name) => {
    const after = SECRET_OPTIONS.has(name) ? MASK : given[name];
    return [name, { before: before[name] ?? null, after }] as const;
  });
  return Object.fromEntries(changes);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const COMMANDS = new Map<string, Command>(
  Object.entries({
    ...projectCommands,
    ...instanceCommands,
    ...organizationCommands,
    ...retentionCommands,
    ...channelCommands,
    ...keyCommands,
    ...secretCommands,
    ...userCommands,
    ...importCommands,
    ...exportCommands,
  }),
);

function parseOptions(command: Command, args: string[]): Record<string, unknown> {
  const entries = Object.keys(command.options.shape).map(
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

function help(): string {
  const lines = [...COMMANDS].map(([words, command]) => {
    const options = Object.entries(command.options.shape).map(([name, schema]) =>
      schema.isOptional() ? `[--${name} …]` : `--${name} …`,
    );
    return `  ${[words, ...options].join(" ")}\n      ${command.text}`;
  });
  const whole = BACKUP_HELP.map(([usage, text]) => `  ${usage}\n      ${text}`);
  return ["Usage: npm run --silent admin -- <command> [--json]", "", ...lines, ...whole].join("\n");
}

function formatOutput(output: CommandOutput): string {
  if (typeof output === "string") return output;
  const records = Array.isArray(output) ? output : [output];
  return records
    .map((record) => Object.entries(record).map(([name, value]) => `${name}: ${value ?? "–"}`))
    .map((lines) => lines.join(Array.isArray(output) ? "  " : "\n"))
    .join("\n");
}
