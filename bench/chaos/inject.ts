import { setTimeout as wait } from "node:timers/promises";

import type { Fault, World } from "./fault.ts";
import { FAULTS } from "./faults.ts";
import { now } from "./ledger.ts";

const BETWEEN_HEAVY_MS = 15_000;

/**
 * Injects faults until `until`, by the schedule that follows from the seed; several may be under way at once. Resolves when
 * every one of them is over.
 */
export async function injectFaults(
  world: World,
  plan: { until: number; everyMs: number; only: readonly string[] | null; onFault: (name: string) => void },
): Promise<void> {
  const { random, product } = world;
  const isAsked = ({ name }: Fault) => plan.only === null || plan.only.some((word) => name.includes(word));
  const possible = FAULTS.filter((fault) => isAsked(fault) && (fault.isPossible?.(product) ?? true));
  const underWay = new Set<Promise<void>>();
  let heavyFrom = 0;
  while (now() < plan.until) {
    await wait(random.between(0.2, 1.8) * plan.everyMs);
    const fault = random.pick(possible, ({ weight }) => weight);
    if (fault.isHeavy && now() < heavyFrom) continue;
    plan.onFault(fault.name);
    const running = perform(fault, world).finally(() => {
      underWay.delete(running);
      if (fault.isHeavy) heavyFrom = now() + BETWEEN_HEAVY_MS;
    });
    underWay.add(running);
    if (fault.isHeavy) heavyFrom = Infinity;
  }
  await Promise.all(underWay);
}

async function perform(fault: Fault, world: World): Promise<void> {
  const at = now();
  const struck = await fault.run(world).catch((error: unknown) => {
    process.stderr.write(`\n${fault.name} could not be done: ${String(error)}\n`);
    return false;
  });
  const until = fault.isKill ? at : now();
  if (struck !== false) world.ledger.fault({ name: fault.name, at, until, isKill: fault.isKill ?? false });
}
