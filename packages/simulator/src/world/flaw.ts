import { isDeepStrictEqual } from "node:util";
import type { Check, Transition } from "@overdue/core";
import type { Random } from "../random.ts";

/** The state is stored as JSON with every ping, so it may not grow. */
const STATE_CHARACTERS_MAX = 32_768;

/** What is wrong with the state that a fold returned, looked at once in a while because it is slow. */
export function findFlaw(
  world: { random: Random; check: Check },
  transition: Transition<Check>,
): string | null {
  if (!world.random.chance(1 / 128)) return null;
  const stored = JSON.stringify(transition.check);
  if (stored.length > STATE_CHARACTERS_MAX) return `the state has grown to ${stored.length} characters`;
  if (!isDeepStrictEqual(JSON.parse(stored), transition.check))
    return `the state is not plain JSON: ${stored}`;
  return null;
}
