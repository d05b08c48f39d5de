const running = setInterval(() => undefined, 60_000);
process.once("SIGTERM", () => clearInterval(running));
