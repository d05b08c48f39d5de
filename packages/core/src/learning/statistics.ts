/** The middle of these numbers; null of none. */
export function medianOf(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((one, other) => one - other);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return (low + high) / 2;
}

/** The median absolute deviation: half of the numbers lie no further from the middle than this. */
export function deviationOf(numbers: readonly number[], median: number): number {
  return medianOf(numbers.map((number) => Math.abs(number - median))) ?? 0;
}

/** Which part of these is so, from 0 to 1; 0 of none. */
export function shareOf<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(isSo).length / items.length;
}
