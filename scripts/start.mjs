// "npm start": prepares the clone, then runs the product until it is stopped.
import { join } from "node:path";
import { runProgram, prepare, ROOT } from "./prepare.mjs";

// Compiled code is kept between starts, which saves a second each time.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules", ".cache", "node");
endWithNpm();
await runProgram(prepare(), join(ROOT, "apps", "supervisor", "src", "main.ts"));

// When npm ends, the product must end, but npm passes on only some signals, and none if it is killed.
function endWithNpm() {
  if (process.env.npm_lifecycle_event !== "start") return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 500);
  watch.unref();
}
