import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { described, type Channel, type Overdue } from "./product.ts";

export type Step = { step: string; expected: string; seen: string; ok: boolean };

/** What is tried on one server. `version` is what it calls itself, once it is known. */
export class Steps {
  readonly all: Step[] = [];
  version = "";

  /** Does something and holds what was seen against what should be. An error is what was seen, and a fault. */
  async step(step: string, expected: RegExp, act: () => Promise<string>): Promise<void> {
    let seen: string;
    try {
      seen = await act();
    } catch (error) {
      seen = `error: ${error instanceof Error ? error.message : String(error)}`;
    }
    const ok = expected.test(seen) && !seen.startsWith("error:");
    this.all.push({ step, expected: expected.source, seen: seen.replaceAll("\n", " ").slice(0, 300), ok });
    process.stderr.write(`  ${ok ? "ok   " : "FAULT"} ${step}: ${seen.slice(0, 200)}\n`);
  }
}

/** A server that can be had and tried. It throws where it cannot be installed here. */
export type RealServer = { name: string; run(steps: Steps): Promise<void> };

/** The three messages that every channel gets: a person's test, a failed run and its recovery. */
export async function testDownUp(steps: Steps, overdue: Overdue, channel: Channel): Promise<void> {
  await steps.step("test", /^test sent, 1 tries/, () => testOf(overdue, channel));
  await steps.step("down", /^down sent, 1 tries/, () => downOf(overdue, channel));
  await steps.step("up", /^up sent, 1 tries/, async () => {
    const [check] = lastChecks;
    if (check === undefined) throw new Error("nothing was down");
    await overdue.succeed(check);
    return described(await overdue.until(channel.id, ({ kind, state }) => kind === "up" && state === "sent"));
  });
}

const lastChecks: Awaited<ReturnType<Overdue["addCheck"]>>[] = [];

/** What becomes of a test, once it is decided or was tried once. */
export async function testOf(overdue: Overdue, channel: Channel): Promise<string> {
  const id = await overdue.test(channel.id);
  if (id === null) return "refused";
  return described(await overdue.until(channel.id, (one) => one.id === id && one.attempts.length > 0));
}

/** What becomes of a new down, once it was tried or refused. `enough`: which of its states is waited for. */
export async function downOf(
  overdue: Overdue,
  channel: Channel,
  { enough = (state: string, tries: number) => tries > 0 || state === "failed", withinMs = 60_000 } = {},
): Promise<string> {
  const check = await overdue.addCheck(`job ${Date.now()}`, [channel.id]);
  lastChecks.unshift(check);
  await overdue.succeed(check);
  await overdue.fail(check, "disk full\n");
  const isMine = (one: { kind: string; checkId: string | null }) =>
    one.kind === "down" && one.checkId === check.id;
  return described(
    await overdue.until(channel.id, (one) => isMine(one) && enough(one.state, one.attempts.length), withinMs),
  );
}

/** What becomes of the newest down, once it is sent. */
export async function sentInTheEnd(overdue: Overdue, channel: Channel): Promise<string> {
  const checkId = lastChecks[0]?.id;
  const isMine = (one: { kind: string; checkId: string | null }) =>
    one.kind === "down" && one.checkId === checkId;
  return described(await overdue.until(channel.id, (one) => isMine(one) && one.state === "sent", 120_000));
}

/** "works" or "broken: …". */
export async function healthOf(overdue: Overdue, channel: Channel): Promise<string> {
  const { brokenAt, brokenBecause } = await overdue.channel(channel.id);
  return brokenAt === null ? "works" : `broken: ${brokenBecause ?? ""}`;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Asks until it answers as it should. */
export async function eventually<Found>(
  ask: () => Promise<Found | null>,
  what: string,
  withinMs = 60_000,
): Promise<Found> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await ask().catch(() => null);
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`${what} did not come about within ${withinMs / 1_000} s`);
    await wait(250);
  }
}
