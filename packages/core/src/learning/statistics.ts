/** The middle of these numbers; null of none. */
export function medianOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : middleOf(numbers.toSorted((one, other) => one - other));
}

/** The middle of ascending numbers, at least one. */
export function middleOf(ascending: readonly number[]): number {
  const low = ascending[Math.floor((ascending.length - 1) / 2)] ?? 0;
  const high = ascending[Math.floor(ascending.length / 2)] ?? 0;
  return (low + high) / 2;
}

/** Which part of these is so, from 0 to 1; 0 of none. */
export function shareOf<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(isSo).length / items.length;
}
