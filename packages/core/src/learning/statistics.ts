/** The median of these numbers; null if there are none. */
export function medianOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : middleOf(numbers.toSorted((one, other) => one - other));
}

/** The median of ascending numbers, at least one. */
export function middleOf(ascending: readonly number[]): number {
  const low = ascending[Math.floor((ascending.length - 1) / 2)] ?? 0;
  const high = ascending[Math.floor(ascending.length / 2)] ?? 0;
  return (low + high) / 2;
}

/** The share of items for which the predicate holds, from 0 to 1; 0 if there are none. */
export function shareOf<Item>(items: readonly Item[], predicate: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(predicate).length / items.length;
}
