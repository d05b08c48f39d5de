import { setTimeout } from "node:timers/promises";

import type { Config, PlansFile } from "@overdue/config";
import { type Db, type NewPlan, storePlans } from "@overdue/db";
import type { Logger } from "pino";

const AGAIN_MS = 10_000;

/**
 * Stores the plans of the file, so that all processes know them. While the database does not answer it is tried again; until
 * then the plans of the last start hold. @returns what ends that
 */
export async function storeFilePlans(
  db: Db,
  config: Pick<Config, "plans">,
  log: Logger,
): Promise<() => void> {
  const ended = new AbortController();
  const tryOnce = async (): Promise<void> => {
    try {
      await store(db, config, log);
    } catch (err) {
      log.warn({ err }, "The plans of PLANS could not be stored; it is tried again in 10 s.");
      setTimeout(AGAIN_MS, undefined, { signal: ended.signal, ref: false }).then(tryOnce, () => undefined);
    }
  };
  await tryOnce();
  return () => ended.abort();
}

async function store(db: Db, { plans }: Pick<Config, "plans">, log: Logger): Promise<void> {
  const kept = await storePlans(db, plans === null ? [] : newPlans(plans));
  if (kept.length > 0)
    log.warn(
      { plans: kept },
      "PLANS does not name these plans any more, and organizations have them: they keep their former limits until each has another plan.",
    );
}

function newPlans({ defaultPlan, contact, plans }: PlansFile): NewPlan[] {
  const wayOut = `ask ${contact ?? "the operator of this instance"} for a larger plan`;
  return plans.map((plan) => ({ ...plan, wayOut, isDefault: plan.name === defaultPlan }));
}
