const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** How long to wait before try number `attempt` (from 1): doubling to 30 s, spread by `chance` in 0 … 1 over its upper half. */
export function backoffMs(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + chance / 2));
}
