/** mulberry32: the same numbers from 0 to 1 for the same seed. */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Choices that are the same for the same seed. */
export type Choices = {
  /** A whole number from 0 to less than `count`. */
  below: (count: number) => number;
  /** True with this probability. */
  some: (chance: number) => boolean;
  /** One of the values. @throws if there are none */
  one: <T>(values: readonly T[]) => T;
};

export function choicesFrom(seed: number): Choices {
  const next = numbersFrom(seed);
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    some: (chance) => next() < chance,
    one: <T>(values: readonly T[]): T => {
      const found = values[below(values.length)];
      if (found === undefined) throw new Error("There is nothing to choose from.");
      return found;
    },
  };
}
