const running = setInterval(() => undefined, 60_000);
process.on("SIGTERM", () => {
  if (!process.env["STUBBORN"]) clearInterval(running);
});
process.send?.({ running: true });
