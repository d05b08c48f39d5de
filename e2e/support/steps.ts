import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export type Step = { step: string; expected: string; seen: string; ok: boolean };

/** The steps of a trial with one outside program. `version` is empty until the program is installed. */
export class Steps {
  readonly all: Step[] = [];
  version = "";

  /** Acts, and compares the result to `expected`: a string must equal it, a pattern must match a part. An error is a fault. */
  async step(step: string, expected: RegExp | string, act: () => Promise<string>): Promise<void> {
    let seen: string;
    try {
      seen = await act();
    } catch (error) {
      seen = `error: ${error instanceof Error ? error.message : String(error)}`;
    }
    const isPattern = expected instanceof RegExp;
    const ok = (isPattern ? expected.test(seen) : expected === seen) && !seen.startsWith("error:");
    const should = isPattern ? expected.source : expected;
    this.all.push({ step, expected: should, seen: seen.replaceAll("\n", " ").slice(0, 300), ok });
    process.stderr.write(`  ${ok ? "ok   " : "FAULT"} ${step}: ${seen.slice(0, 200)}\n`);
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Calls `ask` again and again until it gives something. */
export async function eventually<Found>(
  ask: () => Promise<Found | null>,
  what: string,
  withinMs = 60_000,
): Promise<Found> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await ask().catch(() => null);
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`${what} did not come within ${withinMs / 1_000} s`);
    await wait(250);
  }
}
