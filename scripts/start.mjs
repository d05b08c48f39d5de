// "npm start": prepares the clone, then runs the product until it is stopped.
import { join } from "node:path";
import { runProgram, prepare, ROOT } from "./prepare.mjs";

// Compiled code is kept between starts; it would be compiled anew each time, which takes a second.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules", ".cache", "node");
endWithNpm();
await runProgram(prepare(), join(ROOT, "apps", "supervisor", "src", "main.ts"));

// Ending npm means ending the product, but npm passes on only some signals, and none where it is killed.
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
