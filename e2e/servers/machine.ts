import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Debian packages that are not installed on this machine, but in an overlay over its files, which is removed at the end. */
export type Machine = {
  /** Installs packages without starting services. Returns the version of the first package. */
  install(...packages: string[]): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Runs a command to its end. @throws with what it printed if it fails */
  run(command: string): Promise<string>;
  /** Starts a command that keeps running; its output is kept. */
  start(command: string): { printed(): string; stop(): Promise<void> };
  remove(): Promise<void>;
};

/** It has its own mounts and process ids, so that everything ends with its first process. It shares this machine's network. */
const OPEN = `
set -e
cd "$1"
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work merged
mount -t proc proc merged/proc
mount --rbind /dev merged/dev
mount -t tmpfs tmpfs merged/run
mount -t tmpfs tmpfs merged/tmp
chmod 1777 merged/tmp
printf '#!/bin/sh\\nexit 101\\n' > merged/usr/sbin/policy-rc.d
chmod 755 merged/usr/sbin/policy-rc.d
echo ready
exec sleep infinity
`;

/** @throws if this machine is no Debian, or this user is not root */
export async function openMachine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), "overdue-machine-"));
  await Promise.all(["upper", "work", "merged"].map((name) => mkdir(join(folder, name))));
  const holder = spawn("unshare", [
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "bash",
    "-c",
    OPEN,
    "open",
    folder,
  ]);
  const opened = Promise.withResolvers<void>();
  holder.stdout.once("data", () => opened.resolve());
  holder.once("error", (error) => opened.reject(error));
  holder.stderr.on("data", (chunk: Buffer) => opened.reject(new Error(chunk.toString().trim())));
  await opened.promise;
  const root = join(folder, "merged");
  const enter = (command: string) =>
    spawn("nsenter", [...intoChildOf(holder), "chroot", root, "bash", "-c", command], {
      stdio: ["pipe", "pipe", "pipe"],
    });
  const run = (command: string) => output(enter(command), command);
  return {
    install: async (...packages) => {
      const names = packages.join(" ");
      const quiet = "DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300";
      await run(`${quiet} update; ${quiet} install --no-install-recommends -y ${names} 2>&1`);
      return (await run(`dpkg-query -W -f '\${Version}' ${packages[0]}`)).trim();
    },
    write: async (path, text) => {
      // The overlay is visible only inside.
      const child = enter(`mkdir -p ${dirname(path)} && cat > ${path}`);
      child.stdin?.end(text);
      await output(child, `write ${path}`);
    },
    run,
    start: (command) => control(enter(`exec ${command}`)),
    remove: async () => {
      holder.kill("SIGKILL");
      await once(holder, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `unshare` itself stays outside; its child, the first process inside, has the mounts. */
function intoChildOf({ pid = 0 }: ChildProcess): string[] {
  const child = childrenOf(pid)[0] ?? 0;
  return ["-t", String(child), "--mount", "--pid"];
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}

async function output(child: ChildProcess, command: string): Promise<string> {
  const printed = collectOutput(child);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${command}: ended with ${code}\n${printed().slice(-2_000)}`);
  return printed();
}

function control(child: ChildProcess) {
  const printed = collectOutput(child);
  return {
    printed,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

function collectOutput(child: ChildProcess): () => string {
  let printed = "";
  const add = (chunk: Buffer) => void (printed += chunk.toString());
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return () => printed;
}
