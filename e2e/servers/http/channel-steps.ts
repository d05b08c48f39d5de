import { startOverdue, type Channel, type Overdue } from "../product.ts";
import type { Steps } from "../../support/steps.ts";
import { downOf, healthOf, testDownUp, testOf, sentInTheEnd } from "../steps.ts";

/** What differs from server to server. `wrong` are settings with a secret that is not right. */
export type Tried = {
  kind: string;
  settings: object;
  wrong: { what?: string; settings: object; expected: RegExp };
  /** How many messages with these words the server has. */
  has(words: string): Promise<number>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Takes the target away, and gives it back. Null: it has none that can go. */
  target: { take(): Promise<void>; give(): Promise<void>; expected: RegExp } | null;
};

/** Test, down, up, wrong secret, server stopped and started, target gone and mended. */
export async function channelSteps(steps: Steps, tried: Tried): Promise<void> {
  const overdue = await startOverdue({});
  try {
    const channel = await overdue.addChannel(tried.kind, tried.settings);
    await testDownUp(steps, overdue, channel);
    await steps.step(
      "the test is there",
      /^1 messages$/,
      async () => `${await tried.has("Test alert")} messages`,
    );
    await steps.step(tried.wrong.what ?? "wrong secret", tried.wrong.expected, async () => {
      const wrong = await overdue.addChannel(tried.kind, tried.wrong.settings);
      return `${await testOf(overdue, wrong)}; ${await healthOf(overdue, wrong)}`;
    });
    await stopAndStart(steps, { tried, overdue, channel });
    if (tried.target !== null) await gone(steps, { tried, overdue, channel }, tried.target);
  } finally {
    await overdue.stop();
  }
}

type Scene = { tried: Tried; overdue: Overdue; channel: Channel };

async function stopAndStart(steps: Steps, { tried, overdue, channel }: Scene): Promise<void> {
  await tried.stop();
  await steps.step("stopped", /^down (retry|sending|pending)/, () => downOf(overdue, channel));
  await tried.start();
  await steps.step("started again", /^down sent, [2-9] tries/, () => sentInTheEnd(overdue, channel));
}

async function gone(
  steps: Steps,
  { overdue, channel }: Scene,
  target: NonNullable<Tried["target"]>,
): Promise<void> {
  await target.take();
  await steps.step(
    "target gone",
    target.expected,
    async () => `${await downOf(overdue, channel)}; ${await healthOf(overdue, channel)}`,
  );
  await target.give();
  await steps.step(
    "mended: a test is sent, and the channel works",
    /^test sent.*; works$/,
    async () => `${await testOf(overdue, channel)}; ${await healthOf(overdue, channel)}`,
  );
}
