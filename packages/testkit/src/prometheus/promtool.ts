import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs promtool of Prometheus (`PROMTOOL_PATH`, else from the path). @returns what it prints. @throws if it fails */
export async function promtool(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.env["PROMTOOL_PATH"] ?? "promtool", args);
  return stdout;
}
