import type { PingFilter } from "@overdue/core";
import type { PingTarget } from "@overdue/db";

import { targetName } from "./target-name.ts";

type FindFilters = (target: PingTarget) => Promise<readonly PingFilter[]>;

const GENERATION_TARGETS_MAX = 2_000;

/**
 * Returns `find`, which remembers how the check of each target reads its pings, and answers from that while the database does
 * not: a job that reports a long body has mostly done so before. At most 4,000 targets are remembered. @throws what `find`
 * throws for a target that is not remembered
 */
export function rememberFilters(find: FindFilters): FindFilters {
  let recent = new Map<string, readonly PingFilter[]>();
  let older = new Map<string, readonly PingFilter[]>();
  const learn = (name: string, filters: readonly PingFilter[]) => {
    if (recent.size >= GENERATION_TARGETS_MAX) [older, recent] = [recent, new Map()];
    recent.set(name, filters);
  };
  return async (target) => {
    const name = targetName(target);
    try {
      const filters = await find(target);
      if (filters.length > 0) learn(name, filters);
      return filters;
    } catch (error) {
      const known = recent.get(name) ?? older.get(name);
      if (known === undefined) throw error;
      return known;
    }
  };
}
