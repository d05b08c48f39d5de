import type { Chain, Component } from "./chain.ts";

/** The least value from `from` on that the list selects; null if there is none. */
export function leastFrom(chain: NonNullable<Chain>, from: number): number | null {
  let least: number | null = null;
  for (const component of chain) {
    const value = nextOf(component, from);
    if (value !== null && (least === null || value < least)) least = value;
  }
  return least;
}

// A step without a stop runs past the field's bound; the calendar then carries it into the next unit.
function nextOf({ start, stop, repeat }: Component, from: number): number | null {
  if (start >= from) return start;
  if (repeat === 0) return null;
  const value = start + repeat * Math.ceil((from - start) / repeat);
  return stop === null || value <= stop ? value : null;
}
