const FREE_ATTEMPTS = 3;
const DELAY_MS_MAX = 15_000;
const ENTRIES_MAX = 10_000;

/** How long an attempt waits that comes after so many failed ones: three are free, then 1 s, 2 s, 4 s … 15 s. */
export function signInDelayMs(failedBefore: number): number {
  if (failedBefore < FREE_ATTEMPTS) return 0;
  return Math.min(DELAY_MS_MAX, 1_000 * 2 ** (failedBefore - FREE_ATTEMPTS));
}

/**
 * Lets attempts of one network on one account pass one after the other, so that those that come at once wait as long as
 * those that come one by one. Other networks do not stand in the same line.
 */
export class SignInTurns {
  readonly #freeAt = new Map<string, number>();

  /** @returns how many milliseconds from `now` the attempt waits, whose own delay is `delayMs` */
  take(line: string, { delayMs, now }: { delayMs: number; now: number }): number {
    if (delayMs === 0) return 0;
    const passesAt = Math.max(now, this.#freeAt.get(line) ?? 0) + delayMs;
    this.#freeAt.set(line, passesAt);
    if (this.#freeAt.size > ENTRIES_MAX) this.#sweep(now);
    return passesAt - now;
  }

  #sweep(now: number): void {
    for (const [line, freeAt] of this.#freeAt) if (freeAt <= now) this.#freeAt.delete(line);
  }
}
