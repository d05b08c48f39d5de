import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the tests of a file leave behind. Vitest's own hooks do not know the test where several run at once. */
const leftovers: (() => void)[] = [];

/** Ends and removes what the tests of a file have made. */
export function cleanUp(): void {
  for (const remove of leftovers.splice(0)) remove();
}

let bundle: string | null = null;

/** The command as it is given away, one file; built once for all tests of a worker. */
export function builtCommand(): string {
  if (bundle !== null) return bundle;
  const folder = mkdtempSync(join(tmpdir(), "overdue-cli-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  bundle = join(folder, "overdue.cjs");
  execFileSync(process.execPath, [join(PACKAGE, "build.mjs"), bundle], { stdio: "inherit" });
  // A user without rights is to run it, too.
  execFileSync("chmod", ["755", folder]);
  return bundle;
}

/** A ping as the server got it. */
export type Received = {
  path: string;
  action: string;
  rid: string | null;
  ageSeconds: number;
  body: string;
  userAgent: string;
  facts: Record<string, unknown>;
};

/** How the server behaves: answers with a status, or takes the connection and never answers. */
type Behaviour = number | "silent";

/** A server for pings on this machine, which notes what it gets. */
export async function pingServer(behaviour: Behaviour = 200) {
  const received: Received[] = [];
  const state = { behaviour };
  const waiting = new Set<() => void>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const ping = await readPing(request);
    if (state.behaviour === "silent") return;
    if (state.behaviour < 300) received.push(ping);
    response.writeHead(state.behaviour, { "Ping-Body-Limit": "1000" }).end("OK");
    for (const look of waiting) look();
  };
  const server = createServer((request, response) => void answer(request, response));
  const connected = once(server, "connection");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  leftovers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/ping/key/job`,
    received,
    behave: (next: Behaviour) => (state.behaviour = next),
    /** Resolves once somebody has connected. */
    connected: async () => void (await connected),
    /** Ends it as SIGKILL would: connections are reset, and new ones refused. */
    kill: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    startAgain: async () => {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    /** Resolves with what fits once it has come. */
    ping: (fits: (ping: Received) => boolean): Promise<Received> =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

async function readPing(request: IncomingMessage): Promise<Received> {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return {
    path: pathname,
    action: pathname.split("/")[4] ?? "",
    rid: searchParams.get("rid"),
    ageSeconds: Number(searchParams.get("age") ?? 0),
    body: Buffer.concat(parts).toString("latin1"),
    userAgent: request.headers["user-agent"] ?? "",
    facts: JSON.parse(request.headers["overdue-facts"]?.toString() ?? "{}"),
  };
}

export const isEnd = ({ action }: Received) => /^(?:fail|\d+)$/.test(action);

type Ended = { status: number | null; signal: NodeJS.Signals | null; stdout: Buffer; stderr: string };

export type Place = { state: string; env: Record<string, string> };

/** A folder for locks and the spool, and an environment as bare as cron's. */
export function place(): Place {
  const state = mkdtempSync(join(tmpdir(), "overdue-state-"));
  leftovers.push(() => {
    // A sender that still tries would make the folder anew.
    for (const pid of sendersIn(state)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    rmSync(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return { state, env: { PATH, OVERDUE_STATE_DIR: join(state, "overdue") } };
}

/** The senders whose folder for reports this is. They outlive their wrappers by minutes where no server answers. */
function sendersIn(state: string): number[] {
  const belongs = (pid: string) => {
    try {
      const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
      return (
        read("cmdline").includes("send-reports") && read("environ").includes(`OVERDUE_STATE_DIR=${state}/`)
      );
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && belongs(name))
    .map(Number);
}

/** What is kept in the spool. */
export function spooled({ state }: Place): string[] {
  try {
    return readdirSync(join(state, "overdue", "spool"));
  } catch {
    return [];
  }
}

/** Starts `overdue` with these words; `before`: what stands before it on the command line. */
export function overdue(
  { env }: Pick<Place, "env">,
  words: readonly string[],
  { node = NODE, before = [] }: { node?: string; before?: readonly string[] } = {},
): { child: ChildProcess; ended: Promise<Ended>; said: (text: string) => Promise<void> } {
  const [program = node, ...rest] = [...before, node, builtCommand(), ...words];
  const child = spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => out.push(part));
  child.stderr.on("data", (part: Buffer) => err.push(part));
  const text = (parts: Buffer[]) => Buffer.concat(parts).toString();
  leftovers.push(() => void child.kill("SIGKILL"));
  return {
    child,
    ended: once(child, "close").then(([status, signal]) => ({
      status,
      signal,
      stdout: Buffer.concat(out),
      stderr: text(err),
    })),
    /** Resolves once the job has written this. */
    said: (words) =>
      new Promise((resolve) => {
        const look = () => {
          if (!text(out).includes(words)) return;
          child.stdout.off("data", look);
          resolve();
        };
        child.stdout.on("data", look);
        look();
      }),
  };
}

/** The processes whose parent is this one, with their command lines. */
export function childrenOf(pid: number): { pid: number; command: string }[] {
  const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return ids.map((id) => ({
    pid: id,
    command: readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " "),
  }));
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Which Node runs the command: the tests' own, or what `npm run test:nodes` names. */
export const NODE = process.env["OVERDUE_TEST_NODE"] ?? process.execPath;

/** Where the command and its jobs find programs. */
const PATH = process.env["OVERDUE_TEST_PATH"] ?? "/usr/bin:/bin";

/** Node 20 where this machine has one besides the project's own. */
export function olderNode(): string | null {
  const candidates = ["/usr/bin/node", "/usr/local/bin/node"];
  const isOlder = (path: string) => {
    try {
      return /^v2[0-3]\./.test(execFileSync(path, ["--version"], { encoding: "utf8" }));
    } catch {
      return false;
    }
  };
  return candidates.find(isOlder) ?? null;
}
