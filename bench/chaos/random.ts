/** Random numbers that follow from a seed. */
export type Random = {
  /** From 0 up to, but without, 1. */
  next: () => number;
  /** From `least` up to `most`. */
  between: (least: number, most: number) => number;
  /** One of the items, each as likely as its weight says. */
  pick: <Item>(items: readonly Item[], weightOf?: (item: Item) => number) => Item;
};

/** Mulberry32: 32 bits of state are enough for a schedule. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    pick: (items, weightOf = () => 1) => {
      const total = items.reduce((sum, item) => sum + weightOf(item), 0);
      let left = next() * total;
      const found = items.find((item) => (left -= weightOf(item)) < 0) ?? items.at(-1);
      if (found === undefined) throw new Error("There is nothing to pick from.");
      return found;
    },
  };
}
