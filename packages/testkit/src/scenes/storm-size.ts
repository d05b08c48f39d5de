/** With how many checks `npm run proof:storm` runs the storm test; null in ordinary test runs. */
export function askedStormSize(): number | null {
  const size = process.env.STORM_CHECKS;
  return size === undefined ? null : Number(size);
}
