export type WakeLoopOptions = {
  /** Does what is due. @returns after how many milliseconds to look again without being woken. */
  look: () => Promise<number>;
  /** Called when a look failed; it is repeated after `sweepMs`. */
  onError: (error: unknown) => void;
  sweepMs: number;
};

/** Looks when it is woken, and at the time that the last look returned; never twice at once. */
export class WakeLoop {
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  readonly #options: WakeLoopOptions;

  constructor(options: WakeLoopOptions) {
    this.#options = options;
  }

  /** Whether it was stopped; a long look checks this between its batches. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Looks now, or once more if it is looking already. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#working ??= this.#work();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  async #work(): Promise<void> {
    const { onError, sweepMs } = this.#options;
    let waitMs = sweepMs;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      clearTimeout(this.#timer);
      waitMs = await this.#options.look().catch((error: unknown) => {
        onError(error);
        return sweepMs;
      });
    }
    // In the same step as the last check of `#again`, so that no wake is lost between them.
    this.#working = null;
    if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), waitMs);
  }
}
