// Loaded into a program of ours before its own code.

// Where the process that started it is gone, it ends too; it may have gone before anybody could listen.
const end = () => process.kill(process.pid, "SIGTERM");
process.on("disconnect", end);
if (process.channel !== undefined && !process.connected) end();

// What it writes goes to that process, and nowhere once that is gone.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

// A process whose event loop stands still says nothing. One message at a time: who started it may itself stand still.
let isSaying = false;
const saying = setInterval(() => {
  if (isSaying || !process.connected) return;
  isSaying = true;
  process.send?.({ alive: true }, undefined, {}, () => (isSaying = false));
}, 1_000);
saying.unref();
process.channel?.unref();
