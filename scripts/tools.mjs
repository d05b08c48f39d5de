// Finds the programs that the tests need and that npm does not install; installs them if one command can.
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run, say } from "./prepare.mjs";

/** Returns the path of a Chromium or Chrome, or null if there is none and it cannot be installed. */
export async function findChromium() {
  const named = () => onPath("chromium", "chromium-browser", "google-chrome");
  return (
    process.env.CHROMIUM_PATH ??
    named() ??
    (await installedByPlaywright()) ??
    (aptInstall("chromium") ? named() : null) ??
    (downloadChromium() ? await installedByPlaywright() : null)
  );
}

/** Returns the path of a Redis or Valkey server, or null if there is none and it cannot be installed. */
export function findRedis() {
  const named = () => onPath("redis-server", "valkey-server");
  return process.env.REDIS_SERVER_PATH ?? named() ?? (aptInstall("redis-server") ? named() : null);
}

/** Returns the path of Prometheus' promtool, or null if there is none and it cannot be installed. */
export function findPromtool() {
  const named = () => onPath("promtool");
  return process.env.PROMTOOL_PATH ?? named() ?? (aptInstall("prometheus") ? named() : null);
}

/** Returns the path of PgBouncer, or null if there is none and it cannot be installed. */
export function findPgBouncer() {
  const named = () => onPath("pgbouncer");
  return process.env.PGBOUNCER_PATH ?? named() ?? (aptInstall("pgbouncer") ? named() : null);
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

async function installedByPlaywright() {
  const { chromium } = await import(pathToFileURL(join(ROOT, "node_modules", "playwright", "index.mjs")));
  const path = chromium.executablePath();
  return existsSync(path) ? path : null;
}

function downloadChromium() {
  say("Downloading Playwright's Chromium for the tests in the browser …");
  return run(process.execPath, [join(ROOT, "node_modules", "playwright", "cli.js"), "install", "chromium"]);
}

// RUNLEVEL=1 keeps Debian's packages from starting a service on this machine.
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
