// Loaded into api and checker before their own code: where the supervisor is killed, they end too, in order.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
