import { spawn } from "node:child_process";
import { once } from "node:events";

export type Ended = { code: number; out: string; err: string };
export type RunOptions = {
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Standard input. */
  input?: string | Buffer;
  cwd?: string;
  /** After this long the program is killed, and its code is -1. */
  limitMs?: number;
};

/** Runs a program to its end. @throws if it cannot be started */
export async function run(
  program: string,
  args: readonly string[],
  { env = {}, input = "", cwd, limitMs = 120_000 }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, ...(cwd !== undefined && { cwd }) });
  const printed = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => void (printed.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (printed.err += chunk.toString()));
  // A program that does not read its input closes it.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { code: code ?? -1, ...printed };
}

/** Runs a program that must succeed. @returns its standard output. @throws with what it printed if it fails */
export async function outputOf(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, out, err } = await run(program, args, options);
  if (code !== 0)
    throw new Error(`${program} ${args[0] ?? ""} ended with ${code}: ${(err + out).slice(-400)}`);
  return out.trim();
}
