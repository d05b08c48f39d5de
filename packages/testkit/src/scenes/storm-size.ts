/** How many checks a storm is asked for by `npm run proof:storm`; null in everyday's tests. */
export function askedStormSize(): number | null {
  const size = process.env.STORM_CHECKS;
  return size === undefined ? null : Number(size);
}
