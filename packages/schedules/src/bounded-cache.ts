/** Caches the results of `make` for about the last `size` keys. Exceptions are not cached. */
export function boundedCache<Value>(size: number, make: (key: string) => Value): (key: string) => Value {
  const values = new Map<string, Value>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    if (values.size >= size) forgetOldest(values);
    values.set(key, made);
    return made;
  };
}

function forgetOldest(values: Map<string, unknown>): void {
  for (const key of values.keys()) {
    values.delete(key);
    return;
  }
}
