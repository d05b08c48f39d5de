import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs Prometheus' promtool (`PROMTOOL_PATH`, else the one on the path); returns what it prints. Rejects where it refuses. */
export async function promtool(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.env["PROMTOOL_PATH"] ?? "promtool", args);
  return stdout;
}
