import type { z } from "zod";

/** What the schema names of `from`, and nothing else: a column added later does not leak into answers. */
export function only<S extends z.ZodObject, T extends z.input<S>>(
  schema: S,
  from: T,
): Pick<T, keyof z.input<S> & keyof T> {
  const named = Object.keys(schema.shape).map((key) => [key, Reflect.get(from, key)]);
  return Object.fromEntries(named) as Pick<T, keyof z.input<S> & keyof T>;
}
