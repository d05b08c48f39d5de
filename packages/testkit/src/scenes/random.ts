import { mulberry32 } from "@overdue/simulator/random";

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
  const next = mulberry32(seed);
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
