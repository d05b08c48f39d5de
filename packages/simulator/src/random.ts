/** Random numbers that can be repeated: the same seed gives the same ones on every machine. */
export type Random = {
  /** At least 0, less than 1. */
  unit: () => number;
  /** A whole number from `low` to `high`, both included. */
  whole: (low: number, high: number) => number;
  chance: (probability: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
};

/** The generator of a seed text. Each part has its own, so that its draws never shift those of another. */
export function randomFrom(seed: string): Random {
  const unit = mulberry32(hash(seed));
  const whole = (low: number, high: number) => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    whole,
    chance: (probability) => unit() < probability,
    pick: (from) => pickFrom(from, whole),
  };
}

function pickFrom<T>(from: readonly T[], whole: Random["whole"]): T {
  const value = from[whole(0, from.length - 1)];
  if (value === undefined) throw new RangeError("nothing to pick from");
  return value;
}

/** FNV-1a over the code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Numbers from 0 to less than 1, the same ones for the same seed: 32 bits of state, enough for a test, and quick. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const again = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((again ^ (again >>> 14)) >>> 0) / 2 ** 32;
  };
}
