/** With how many checks `npm run proof:storm` runs the storm test; null in ordinary test runs. */
export function askedStormSize(): number | null {
  const size = process.env.STORM_CHECKS;
  return size === undefined ? null : Number(size);
}

/** How many malformed requests `npm run fuzz` sends, and from which seed; null in ordinary test runs. */
export function askedFuzz(): { requests: number | null; seed: number | null } {
  const [requests, seed] = [process.env.FUZZ_REQUESTS, process.env.FUZZ_SEED];
  return {
    requests: requests === undefined ? null : Number(requests),
    seed: seed === undefined ? null : Number(seed),
  };
}
