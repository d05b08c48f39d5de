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

/** The same JSON, in whatever order its keys stand. */
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
