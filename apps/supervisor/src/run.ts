import { escapeHidden } from "@overdue/core";
import { errorMessage } from "./refusal.ts";
import { type Environment, type Programs, startProduct } from "./supervisor.ts";

/**
 * Runs the product until a signal ends it: the first signal stops it cleanly, a second one at once, which loses nothing
 * that was stored. Returns the exit status.
 */
export async function run(environment: Environment, programs: Programs): Promise<number> {
  const ending = listenForEnd();
  surviveLostTerminal();
  try {
    const product = await startProduct(environment, programs, { say, signal: ending });
    if (!ending.aborted) announce(product.url, product.isReady);
    await waitForAbort(ending);
    say("Stopping …");
    await product.stop();
    return 0;
  } catch (error) {
    if (ending.aborted) return 0;
    say(errorMessage(error));
    return 1;
  }
}

// One Ctrl-C may arrive twice, from the terminal and from npm, so only a signal more than a second later ends it at once.
function listenForEnd(): AbortSignal {
  const ending = new AbortController();
  let askedAt = 0;
  const end = () => {
    if (ending.signal.aborted && performance.now() - askedAt > ECHO_MS_MAX) process.exit(1);
    if (ending.signal.aborted) return;
    askedAt = performance.now();
    ending.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  return ending.signal;
}

const ECHO_MS_MAX = 1_000;

// If the terminal was closed, or the reader of the output has ended, writing fails, and the error is ignored.
function surviveLostTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function announce(url: string, isReady: boolean): void {
  if (!isReady) say("Overdue runs but is not ready yet; GET /health/ready says why.");
  process.stdout.write(`Overdue is ready: ${url}\n`);
  if (url.includes("?token=")) say("Open it to create the first account. Ctrl-C stops Overdue.");
}

function say(sentence: string): void {
  process.stderr.write(`${escapeHidden(sentence)}\n`);
}
