import { parseArgs } from "node:util";
import { Refusal } from "../refusal.ts";
import type { Environment } from "../supervisor.ts";
import { channelCommands } from "./channel-commands.ts";
import type { Answer, Command } from "./command.ts";
import { exportCommands } from "./export-command.ts";
import { importCommands } from "./import/import-command.ts";
import { withInstallation } from "./installation.ts";
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
  const answer = await withInstallation(environment, (installation) => command.run(installation, given));
  return json ? JSON.stringify(answer) : inWords(answer);
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
