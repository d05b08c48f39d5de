// Loaded into a program of ours before its own code: where the process that started it is killed, it ends too.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
