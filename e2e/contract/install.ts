import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/overdue-contract", import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** Installs schemathesis once, with python3 and pip, in the versions pinned in requirements.txt. @returns its command */
export async function installSchemathesis(): Promise<string> {
  const version = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = join(CACHE, version);
  const complete = join(folder, "whole");
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(CACHE, { recursive: true });
    const stdio = ["ignore", "inherit", "inherit"] as const;
    execFileSync("python3", ["-m", "venv", folder], { stdio: [...stdio] });
    const pip = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--requirement",
      REQUIREMENTS,
    ];
    execFileSync(join(folder, "bin/python"), pip, { stdio: [...stdio] });
    writeFileSync(complete, "");
  }
  return join(folder, "bin/schemathesis");
}
