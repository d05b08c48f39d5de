// "npm run dev": runs the servers, restarts them after each change of their sources, and serves the web app with Vite.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { prepare, ROOT, say } from "./prepare.mjs";

const PORT = process.env.PORT ?? "8000";
const WEB_PORT = process.env.WEB_PORT ?? "5173";
const WEB_URL = `http://127.0.0.1:${WEB_PORT}`;
/** One save may change several files, and checking out a branch hundreds: the restart waits until no more change. */
const SETTLE_MS = 200;

const node = prepare({ web: false });
let isEnding = false;
let isRestarting = false;
let product = startProduct();
const vite = startVite();
watchSources(restart);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);

/** The public URL is that of Vite, because the browser sends it as its origin. */
function startProduct() {
  isRestarting = false;
  const main = join(ROOT, "apps", "supervisor", "src", "main.ts");
  const quick = new URL("quick-resolve.mjs", import.meta.url).href;
  const env = { PUBLIC_URL: WEB_URL, ...process.env, PORT };
  const child = spawn(node, ["--import", quick, main], { cwd: ROOT, env, stdio: ["ignore", 1, 2] });
  child.on("exit", () => {
    if (isEnding) return;
    if (isRestarting) product = startProduct();
    else say("The servers ended. They start again after the next change.");
  });
  return child;
}

function startVite() {
  const program = join(ROOT, "node_modules", "vite", "bin", "vite.js");
  const args = [
    program,
    join(ROOT, "apps", "web"),
    "--host",
    "127.0.0.1",
    "--port",
    WEB_PORT,
    "--strictPort",
  ];
  const env = { ...process.env, OVERDUE_URL: `http://127.0.0.1:${PORT}` };
  const child = spawn(node, args, { cwd: ROOT, env, stdio: ["ignore", 1, 2] });
  child.on("exit", (code) => isEnding || end(code));
  return child;
}

function watchSources(onChange) {
  let timer;
  for (const folder of ["apps/api", "apps/checker", "apps/supervisor", "packages"])
    watch(join(ROOT, folder), { recursive: true }, (_, name) => {
      if (!/\.(ts|tsx|sql|json)$/.test(name ?? "") || /node_modules|\.test\.ts$/.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => onChange(join(folder, name)), SETTLE_MS);
    });
}

function restart(name) {
  say(`${name} changed: restarting the servers.`);
  isRestarting = true;
  if (product.exitCode === null && product.signalCode === null) product.kill("SIGTERM");
  else product = startProduct();
}

function end(code) {
  isEnding = true;
  for (const child of [product, vite]) child.kill("SIGTERM");
  product.on("exit", () => process.exit(typeof code === "number" ? code : 0));
}
