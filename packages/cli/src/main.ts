import { hostname, userInfo } from "node:os";
import { isatty } from "node:tty";

import type { Machine } from "./machine.ts";
import { HELP } from "./usage.ts";
import { UsageError } from "./errors.ts";
import { VERSION } from "./version.ts";

/** What a command may return: how this process ends; nothing: well. */
type End = { status: number; signal: NodeJS.Signals | null } | void;

/** Each command is loaded when it is asked for: the start of `run` must not pay for the others. */
const COMMANDS: Record<string, (machine: Machine, args: readonly string[]) => Promise<End>> = {
  run: async (machine, args) => (await import("./run/run.ts")).run(machine, args),
  ping: async (machine, args) => (await import("./commands/ping.ts")).ping(machine, args),
  checks: async (machine, args) => (await import("./commands/checks.ts")).checks(machine, args),
  explain: async (machine, args) => (await import("./packed.ts")).explain(machine, args),
  login: async (machine, args) => (await import("./commands/login.ts")).login(machine, args),
  spool: async (machine, args) => (await import("./commands/spool.ts")).spool(machine, args),
  discover: async (machine, args) => (await import("./packed.ts")).discover(machine, args),
  agent: async (machine, args) => (await import("./packed.ts")).agent(machine, args),
  import: async (machine, args) => (await import("./packed.ts")).importChecks(machine, args),
  systemd: async (machine, args) => (await import("./packed.ts")).systemd(machine, args),
  cron: async (machine, args) => (await import("./packed.ts")).cron(machine, args),
  "send-reports": async (machine, args) => (await import("./report/sender.ts")).sendReports(machine, args),
};

async function main([name, ...args]: readonly string[]): Promise<End> {
  const [own] = args.includes("--") ? [args.slice(0, args.indexOf("--"))] : [args];
  if (name === undefined || name === "help" || name === "--help" || name === "-h" || own.includes("--help"))
    return void process.stdout.write(HELP);
  if (name === "--version" || name === "version") return void process.stdout.write(`${VERSION}\n`);
  const command = COMMANDS[name];
  if (command === undefined)
    throw new UsageError(
      `${name} is no command of overdue: use ${Object.keys(COMMANDS)
        .filter((each) => each !== "send-reports")
        .join(", ")}.`,
    );
  return command(machineHere(), args);
}

function machineHere(): Machine {
  const uid = process.getuid?.() ?? -1;
  return {
    env: process.env,
    home: homeOf(),
    uid,
    host: hostname(),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
    // Not by process.stderr, whose stream takes as long to load as a quarter of all the rest.
    isTerminal: isatty(2),
  };
}

/** A user that the password database does not know, as in a container, has the home that the environment names. */
function homeOf(): string {
  try {
    return userInfo().homedir;
  } catch {
    return process.env["HOME"] ?? "/";
  }
}

function end(outcome: End): void {
  const { status, signal } = outcome ?? { status: 0, signal: null };
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(status);
}

/** By its name, since a command that is packed has classes of its own. */
function fail(error: unknown): void {
  const { name, message } = error as Error;
  if (name !== "UsageError" && name !== "CommandError") throw error;
  process.stderr.write(`overdue: ${message}\n`);
  process.exit(name === "UsageError" ? 2 : 1);
}

/** EX_SOFTWARE: for a command that ends without having said how, which would otherwise look like a success. */
process.exitCode = 70;
main(process.argv.slice(2)).then(end, fail);
