import { type Figures, UNITS } from "./figures.ts";

/** What one figure was at first and in the end: the medians of the first and of the last third. */
export type Growth = { name: string; from: number; to: number; isTooMuch: boolean };

/** A figure has grown if it did by this share, and by more than its kind may differ by chance. */
const SHARE_MAX = 0.2;

/** Compares the first third of what was seen with the last. A figure that is missing in between counts as it is where it is. */
export function growthOf(seen: readonly Figures[]): Growth[] {
  const third = Math.max(1, Math.floor(seen.length / 3));
  const [first, last] = [seen.slice(0, third), seen.slice(-third)];
  const names = [...new Set(seen.flatMap((figures) => Object.keys(figures)))];
  return names.flatMap((name) => {
    const [from, to] = [medianOf(first, name), medianOf(last, name)];
    if (from === null || to === null) return [];
    const slack = UNITS.find(({ suffix }) => name.endsWith(suffix))?.slack ?? Infinity;
    return [{ name, from, to, isTooMuch: to - from > slack && to > from * (1 + SHARE_MAX) }];
  });
}

function medianOf(seen: readonly Figures[], name: string): number | null {
  const values = seen.flatMap((figures) => figures[name] ?? []).toSorted((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? null;
}
