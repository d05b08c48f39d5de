// Loaded into a child before its own code.

// The child ends when its supervisor is gone, which may be the case already when this line runs.
const end = () => process.kill(process.pid, "SIGTERM");
process.on("disconnect", end);
if (process.channel !== undefined && !process.connected) end();

// Output goes to the supervisor. Once that is gone, writing fails, and the error is ignored.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

// A sign of life each second. The next one waits until the last one was sent, because the supervisor itself may hang.
let isSending = false;
const heartbeat = setInterval(() => {
  if (isSending || !process.connected) return;
  isSending = true;
  process.send?.({ alive: true }, undefined, {}, () => (isSending = false));
}, 1_000);
heartbeat.unref();
process.channel?.unref();
