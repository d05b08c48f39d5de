import { mulberry32 } from "@overdue/testkit";

/** Random numbers that follow from a seed. */
export type Random = {
  /** From 0 up to, but without, 1. */
  next: () => number;
  /** From `least` up to `most`. */
  between: (least: number, most: number) => number;
  /** One of the items, each as likely as its weight says. */
  pick: <Item>(items: readonly Item[], weightOf?: (item: Item) => number) => Item;
};

export function randomFrom(seed: number): Random {
  const next = mulberry32(seed);
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
