// "npm start": prepares the clone, then runs the product until it is stopped.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, ROOT } from "./prepare.mjs";

const supervisor = join(ROOT, "apps", "supervisor", "src");
const node = prepare();
if (node === process.execPath) await import(pathToFileURL(join(supervisor, "main.ts")));
else passOn(node, ["--import", join(supervisor, "children", "tether.ts"), join(supervisor, "main.ts")]);

// The older Node that bootstrapped stays only to pass signals on; where it is killed, the tether notices.
function passOn(program, args) {
  const child = spawn(program, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
}
