/** One thing that can be said of what is edited, as people read it. */
export type Fact = readonly [label: string, text: string];

export type Difference = { label: string; before: string; after: string };

const NOTHING = "nothing";

/** What is said otherwise in `after` than in `before`, in the order of `before`; new labels come last. */
export function differences(before: readonly Fact[], after: readonly Fact[]): Difference[] {
  const [was, is] = [new Map(before), new Map(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((label) => ({
      label,
      before: was.get(label) || NOTHING,
      after: is.get(label) || NOTHING,
    }))
    .filter((one) => one.before !== one.after);
}
