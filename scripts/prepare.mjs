// Plain JavaScript for Node 20.19 or newer: this runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of the clone. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const MAJOR = 24;

/**
 * Installs the dependencies unless they are those of the lock file, and builds the web app if its sources have changed.
 * Returns the path of a Node that runs TypeScript.
 */
export function prepare({ web = true } = {}) {
  install();
  const node = findNode();
  if (web) buildWeb(node);
  return node;
}

/**
 * Runs a TypeScript program: in this process if its Node can, otherwise in a child with a newer Node. In that case this process
 * only passes signals on, and the tether ends the child if this process is killed.
 */
export async function runProgram(node, main) {
  const quick = new URL("quick-resolve.mjs", import.meta.url).href;
  if (node === process.execPath) return import(quick).then(() => import(pathToFileURL(main)));
  const tether = join(ROOT, "apps", "supervisor", "src", "children", "tether.ts");
  const args = ["--import", tether, "--import", quick, main, ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
}

/** Prints a sentence on standard error; standard output belongs to the program that follows. */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

/** Prints a sentence and ends the program with status 1. */
export function refuse(sentence) {
  say(sentence);
  process.exit(1);
}

/** Runs a program in the clone, with its output on standard error. Returns whether it succeeded. */
export function run(program, args, environment = {}) {
  const stdio = ["ignore", 2, 2];
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio, env: { ...process.env, ...environment } });
  return status === 0;
}

function install() {
  if (isInstalled()) return;
  say("Installing the dependencies; this takes a minute, once …");
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  // If the registry did not answer, it may do so the second time.
  if (!npm(args) && !npm(args)) refuse("npm ci failed; the lines above say why.");
}

/** Compares the lock file to npm's own list of what it installed, which lacks packages for other platforms. */
function isInstalled() {
  const wanted = lockedPackages("package-lock.json");
  const installed = lockedPackages(join("node_modules", ".package-lock.json"));
  return Object.entries(wanted)
    .filter(([path]) => path.includes("node_modules/"))
    .every(([path, { version, optional, devOptional }]) =>
      path in installed ? installed[path].version === version : optional || devOptional,
    );
}

function lockedPackages(file) {
  return JSON.parse(read(join(ROOT, file)) ?? "{}").packages ?? {};
}

// "npm start" names the npm that runs it; the first npm on the search path may be another one.
function npm(args) {
  const script = process.env.npm_execpath;
  return script?.endsWith(".js") ? run(process.execPath, [script, ...args]) : run("npm", args);
}

function findNode() {
  const bundled = join(ROOT, "node_modules", ".bin", "node");
  if (Number(process.versions.node.split(".")[0]) >= MAJOR) return process.execPath;
  if (existsSync(bundled)) return bundled;
  return refuse(
    `Overdue needs Node ${MAJOR} or newer; this is ${process.version}, and there is no bundled Node for ${process.platform} ${process.arch}.`,
  );
}

function buildWeb(node) {
  const web = join(ROOT, "apps", "web");
  const stamp = join(web, "dist", ".overdue-built");
  const sources = [
    "apps/web",
    "packages/schedules/src",
    "packages/core/src",
    "packages/channels/src",
  ].flatMap((folder) => filesIn(join(ROOT, folder)));
  const wanted = hashOf([...sources, join(ROOT, "package-lock.json")]);
  if (read(stamp) === wanted) return;
  say("Building the web app …");
  const vite = join(ROOT, "node_modules", "vite", "bin", "vite.js");
  if (!run(node, [vite, "build", web, "--logLevel", "warn"]))
    refuse("The web app could not be built; the lines above say why.");
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const isSource = (path) => !/[\\/](node_modules|dist|\.vite)[\\/]|\.test\.\w+$/.test(path);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isSource);
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files.toSorted())
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file));
  return hash.digest("hex");
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
