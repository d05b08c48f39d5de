import type { Steps } from "../support/steps.ts";
import { deliveryText, type Channel, type Overdue } from "./product.ts";

/** Steps with the three messages that every channel gets: a test, a failed run and its recovery. */
export async function testDownUp(steps: Steps, overdue: Overdue, channel: Channel): Promise<void> {
  await steps.step("test", /^test sent, 1 tries/, () => sendTest(overdue, channel));
  await steps.step("down", /^down sent, 1 tries/, () => takeCheckDown(overdue, channel));
  await steps.step("up", /^up sent, 1 tries/, async () => {
    const [check] = lastChecks;
    if (check === undefined) throw new Error("nothing was down");
    await overdue.succeed(check);
    return deliveryText(
      await overdue.until(channel.id, ({ kind, state }) => kind === "up" && state === "sent"),
    );
  });
}

const lastChecks: Awaited<ReturnType<Overdue["addCheck"]>>[] = [];

/** Sends a test. @returns its state after the first attempt */
export async function sendTest(overdue: Overdue, channel: Channel): Promise<string> {
  const id = await overdue.test(channel.id);
  if (id === null) return "refused";
  return deliveryText(await overdue.until(channel.id, (one) => one.id === id && one.attempts.length > 0));
}

/** Takes a new check down. @returns the state of the alert after the first attempt; `enough`: which other state to wait for */
export async function takeCheckDown(
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
  return deliveryText(
    await overdue.until(channel.id, (one) => isMine(one) && enough(one.state, one.attempts.length), withinMs),
  );
}

/** Waits until the newest down is sent. @returns its state */
export async function sentInTheEnd(overdue: Overdue, channel: Channel): Promise<string> {
  const checkId = lastChecks[0]?.id;
  const isMine = (one: { kind: string; checkId: string | null }) =>
    one.kind === "down" && one.checkId === checkId;
  return deliveryText(await overdue.until(channel.id, (one) => isMine(one) && one.state === "sent", 120_000));
}

/** "works" or "broken: …". */
export async function healthOf(overdue: Overdue, channel: Channel): Promise<string> {
  const { brokenAt, brokenBecause } = await overdue.channel(channel.id);
  return brokenAt === null ? "works" : `broken: ${brokenBecause ?? ""}`;
}
