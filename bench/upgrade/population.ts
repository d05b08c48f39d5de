import type { Pool } from "@overdue/db";

import { GRACE_SECONDS, type Job, RUN_SECONDS_MAX } from "../chaos/jobs.ts";
import type { Provider } from "../chaos/provider.ts";
import type { Random } from "../chaos/random.ts";
import type { Ask } from "./people.ts";

const HEALTHY_PERIOD_MS = 6_000;
const AILING = 12;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/**
 * Creates the checks of all jobs by the API of whichever release runs, each with a channel that calls the provider. Their
 * periods are made shorter afterwards than a person may set. `rate`: pings per second of the jobs that never fail.
 */
export async function populate(
  ask: Ask,
  {
    project,
    provider,
    random,
    pool,
    rate,
  }: { project: string; provider: Provider; random: Random; pool: Pool; rate: number },
): Promise<Job[]> {
  const call = async (method: string, path: string, json: object) => {
    const response = await ask(method, path, { json });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const settings = { url: provider.urlOf(0), secret: SECRET };
  const channel = await call("POST", `${project}/channels`, { kind: "webhook", name: "hook", settings });
  const habits: Job["habit"][] = [
    ...Array.from({ length: Math.ceil((rate * HEALTHY_PERIOD_MS) / 1_000) }, () => "healthy" as const),
    ...(["stop", "fail", "overrun"] as const).flatMap((habit) => Array.from({ length: AILING }, () => habit)),
  ];
  const jobs: Job[] = [];
  for (const [number, habit] of habits.entries()) {
    const made = await call("POST", `${project}/checks`, {
      name: `${habit} ${number}`,
      schedule: { kind: "interval", everySeconds: 60 },
      graceSeconds: 60,
      channelIds: [channel["id"]],
    });
    jobs.push({
      id: `${habit} ${number}`,
      checkId: String(made["id"]),
      pingUuid: new URL(String(made["pingUrl"])).pathname.split("/").at(-1) ?? "",
      periodMs: HEALTHY_PERIOD_MS - random.between(0, 2_000),
      habit,
    });
  }
  for (const { checkId, periodMs, habit } of jobs)
    await pool.query(
      "update checks set schedule = $2, grace_seconds = $3, max_runtime_seconds = $4 where id = $1",
      [
        checkId,
        JSON.stringify({ kind: "interval", everySeconds: Math.ceil(periodMs / 1_000) }),
        GRACE_SECONDS,
        habit === "overrun" ? RUN_SECONDS_MAX : null,
      ],
    );
  return jobs;
}
