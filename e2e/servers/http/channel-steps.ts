import { startOverdue, type Channel, type Overdue } from "../product.ts";
import type { Steps } from "../../support/steps.ts";
import { takeCheckDown, healthOf, testDownUp, sendTest, sentInTheEnd } from "../steps.ts";

/** What differs between servers. `wrong`: settings with a wrong secret. */
export type ChannelTrial = {
  kind: string;
  settings: object;
  wrong: { what?: string; settings: object; expected: RegExp };
  /** How many messages of the server contain these words. */
  has(words: string): Promise<number>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Removes and restores the target, such as a chat room. Null: the target cannot be removed. */
  target: { take(): Promise<void>; give(): Promise<void>; expected: RegExp } | null;
};

/** Steps: test, down, up, wrong secret, server stopped and started, target removed and restored. */
export async function channelSteps(steps: Steps, trial: ChannelTrial): Promise<void> {
  const overdue = await startOverdue({});
  try {
    const channel = await overdue.addChannel(trial.kind, trial.settings);
    await testDownUp(steps, overdue, channel);
    await steps.step(
      "the test has arrived",
      /^1 messages$/,
      async () => `${await trial.has("Test alert")} messages`,
    );
    await steps.step(trial.wrong.what ?? "wrong secret", trial.wrong.expected, async () => {
      const wrong = await overdue.addChannel(trial.kind, trial.wrong.settings);
      return `${await sendTest(overdue, wrong)}; ${await healthOf(overdue, wrong)}`;
    });
    await stopAndStart(steps, { trial, overdue, channel });
    if (trial.target !== null) await gone(steps, { trial, overdue, channel }, trial.target);
  } finally {
    await overdue.stop();
  }
}

type Scene = { trial: ChannelTrial; overdue: Overdue; channel: Channel };

async function stopAndStart(steps: Steps, { trial, overdue, channel }: Scene): Promise<void> {
  await trial.stop();
  await steps.step("stopped", /^down (retry|sending|pending)/, () => takeCheckDown(overdue, channel));
  await trial.start();
  await steps.step("started again", /^down sent, [2-9] tries/, () => sentInTheEnd(overdue, channel));
}

async function gone(
  steps: Steps,
  { overdue, channel }: Scene,
  target: NonNullable<ChannelTrial["target"]>,
): Promise<void> {
  await target.take();
  await steps.step(
    "target gone",
    target.expected,
    async () => `${await takeCheckDown(overdue, channel)}; ${await healthOf(overdue, channel)}`,
  );
  await target.give();
  await steps.step(
    "target restored: a test is sent, and the channel works",
    /^test sent.*; works$/,
    async () => `${await sendTest(overdue, channel)}; ${await healthOf(overdue, channel)}`,
  );
}
