/** How often each name is there. */
export type Names = ReadonlyMap<string, number>;

export function counted(names: readonly string[]): Names {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Why this is not the name of exactly one; null: it is. */
export function misnamed(what: string, name: string, there: Names): string | null {
  const count = there.get(name) ?? 0;
  if (count === 1) return null;
  return count === 0
    ? `There is no ${what} called “${name}”.`
    : `There is more than one ${what} called “${name}”: rename all but one.`;
}
