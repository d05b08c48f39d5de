/** How many things have each name. */
export type Names = ReadonlyMap<string, number>;

export function countNames(names: readonly string[]): Names {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What is wrong with a reference by name; null if exactly one thing has that name. */
export function nameProblem(what: string, name: string, names: Names): string | null {
  const count = names.get(name) ?? 0;
  if (count === 1) return null;
  return count === 0
    ? `There is no ${what} called “${name}”.`
    : `There is more than one ${what} called “${name}”: rename all but one.`;
}

/** Whether both are the same JSON, whatever the order of keys. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, inOrder(inner)]),
  );
}

/** `managedBy` as a changed field, if people have managed the thing so far: a file that names it manages it from now on. */
export function changeOfOwner({ isOwned }: { isOwned: boolean }): string[] {
  return isOwned ? [] : ["managedBy"];
}
