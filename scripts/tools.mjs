// Finds the programs that tests need and npm does not bring, or installs them where that is one command.
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run, say } from "./prepare.mjs";

/** The path of a Chromium or Chrome, or null where none can be had. */
export async function findChromium() {
  const named = () => onPath("chromium", "chromium-browser", "google-chrome");
  return (
    process.env.CHROMIUM_PATH ??
    named() ??
    (await playwrights()) ??
    (aptInstall("chromium") ? named() : null) ??
    (downloadChromium() ? await playwrights() : null)
  );
}

/** The path of a Redis or Valkey server, or null where none can be had. */
export function findRedis() {
  const named = () => onPath("redis-server", "valkey-server");
  return process.env.REDIS_SERVER_PATH ?? named() ?? (aptInstall("redis-server") ? named() : null);
}

function onPath(...programs) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function playwrights() {
  const { chromium } = await import(
    pathToFileURL(join(ROOT, "node_modules", "playwright-core", "index.mjs"))
  );
  const path = chromium.executablePath();
  return existsSync(path) ? path : null;
}

function downloadChromium() {
  say("Downloading Playwright's Chromium for the tests in the browser …");
  return run(process.execPath, [
    join(ROOT, "node_modules", "playwright-core", "cli.js"),
    "install",
    "chromium",
  ]);
}

// RUNLEVEL=1 tells Debian's packages not to start what they install as a service of this machine.
function aptInstall(name) {
  if (!isDebian()) return false;
  say(`Installing ${name} for the tests (apt-get install ${name}) …`);
  const quiet = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const apt = (...args) =>
    process.getuid() === 0 ? run("apt-get", args, quiet) : run("sudo", ["-n", "apt-get", ...args], quiet);
  apt("update", "-qq");
  return apt("install", "-y", "-qq", "--no-install-recommends", name);
}

function isDebian() {
  if (process.platform !== "linux" || !onPath("apt-get")) return false;
  return (
    existsSync("/etc/os-release") && /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"))
  );
}
