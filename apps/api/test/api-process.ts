import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The api as it runs, a process of its own, on a free port. */
export async function startApiProcess(
  environment: Record<string, string>,
): Promise<{ url: string; pid: number; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"] ?? "", SECRET_KEY: "k".repeat(32), PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await portOf(child);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}

function portOf({ stdout }: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (stdout === null) throw new Error("The process has no output.");
    createInterface({ input: stdout })
      .on("line", (line) => {
        const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
        if (msg === "listening" && port !== undefined) resolve(port);
      })
      .once("close", () => reject(new Error("The api ended before it listened.")));
  });
}
