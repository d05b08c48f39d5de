import { randomUUID } from "node:crypto";

import { defaultSettings, newCheck, nextAt } from "@overdue/core";
import { createChannel, createCheck, createProject } from "@overdue/db";

import { withInstance } from "../../apps/supervisor/src/admin/instance.ts";
import { GRACE_SECONDS, type Job, RUN_SECONDS_MAX } from "./jobs.ts";
import type { Options } from "./options.ts";
import type { Product } from "./product.ts";
import type { Provider } from "./provider.ts";
import type { Random } from "./random.ts";

export const HOOKS = 5;
/** Of each kind that gets into problem. */
const AILING = 20;
const [PERIOD_MS_MIN, PERIOD_MS_MAX] = [4_000, 8_000];
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** Creates the checks of all jobs in one project, and gives each a channel that calls one of the provider's hooks. */
export async function createPopulation(
  product: Product,
  { options, provider, random }: { options: Options; provider: Provider; random: Random },
): Promise<Job[]> {
  const healthy = Math.ceil((options.rate * (PERIOD_MS_MIN + PERIOD_MS_MAX)) / 2_000);
  const habits: Job["habit"][] = [
    ...Array.from({ length: healthy }, () => "healthy" as const),
    ...(["stop", "fail", "overrun"] as const).flatMap((habit) => Array.from({ length: AILING }, () => habit)),
  ];
  return await withInstance({ ...process.env, ...product.environment() }, async ({ db, keyring }) => {
    const { id: projectId } = await createProject(db, { name: "chaos", ownerId: null });
    const channelIds: string[] = [];
    for (let hook = 0; hook < HOOKS; hook += 1) {
      const settings = { url: provider.urlOf(hook), secret: SECRET };
      const named = { kind: "webhook", name: `hook ${hook}`, hint: `hook ${hook}` };
      const channel = await createChannel(db, keyring, {
        projectId,
        ...named,
        checkIds: [],
        settings,
        groups: false,
      });
      channelIds.push(channel.id);
    }
    const jobs: Job[] = [];
    for (const [number, habit] of habits.entries()) {
      const periodMs = random.between(PERIOD_MS_MIN, PERIOD_MS_MAX);
      const check = newCheck(randomUUID(), Date.now(), settingsOf(habit, periodMs));
      const { pingUuid } = await createCheck(db, {
        projectId,
        details: { name: `${habit} ${number}` },
        check,
        nextAt: nextAt(check),
        channelIds: [channelIds[number % HOOKS] ?? ""],
      });
      jobs.push({ id: `${habit} ${number}`, checkId: check.id, pingUuid, periodMs, habit });
    }
    return jobs;
  });
}

function settingsOf(habit: Job["habit"], periodMs: number) {
  const schedule = { kind: "interval", everySeconds: Math.ceil(periodMs / 1_000) } as const;
  const maxRuntimeSeconds = habit === "overrun" ? RUN_SECONDS_MAX : null;
  return { ...defaultSettings, schedule, graceSeconds: GRACE_SECONDS, maxRuntimeSeconds };
}
