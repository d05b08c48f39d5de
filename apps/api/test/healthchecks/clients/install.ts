import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { keptInstall } from "@overdue/testkit";

const run = promisify(execFile);
const INSTALL_MS_MAX = 60_000;

/** Python with healthchecks-io of PyPI; null where pip cannot get it. Kept for the next run. */
export async function pythonWithClient(): Promise<string | null> {
  const folder = await kept("python-healthchecks-io-0.4.4", async (into) => {
    await install("python3", ["-m", "venv", into]);
    await install(join(into, "bin/python"), ["-m", "pip", "install", "--quiet", "healthchecks-io==0.4.4"]);
  });
  return folder === null ? null : join(folder, "bin/python");
}

/** Folder of modules with healthchecks-io-client of npm; null where npm cannot get it. Kept for the next run. */
export async function modulesWithClient(): Promise<string | null> {
  return await modulesOf("healthchecks-io-client@1.0.4");
}

/** Folder of modules with the SDKs of Sentry and Cronitor; null where npm cannot get them. Kept for the next run. */
export async function modulesOfOtherMonitors(): Promise<string | null> {
  return await modulesOf("@sentry/node@11.12.0", "cronitor@2.6.1");
}

async function modulesOf(...packages: string[]): Promise<string | null> {
  const folder = await kept(`npm-${packages.join("-")}`, async (into) => {
    const options = ["--prefix", into, "--ignore-scripts", "--no-audit", "--no-fund"];
    await install("npm", ["install", ...options, ...packages]);
  });
  return folder === null ? null : join(folder, "node_modules");
}

/** Runs a script against a server. Returns the JSON that it prints. */
export async function outputOf(program: string, args: string[]): Promise<unknown> {
  const { stdout } = await run(program, args, { timeout: INSTALL_MS_MAX });
  return JSON.parse(stdout);
}

async function kept(name: string, make: (into: string) => Promise<void>): Promise<string | null> {
  return await keptInstall(name, make).catch(() => null);
}

async function install(program: string, args: string[]): Promise<void> {
  await run(program, args, { timeout: INSTALL_MS_MAX });
}
