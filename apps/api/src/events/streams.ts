/** How often an open stream says that it lives, and asks whether its holder may still watch. */
export type StreamTimes = { heartbeatMs: number; recheckMs: number };

const STREAMS_MAX = 2_000;

/** The open streams of this process: bounded, and closed together at the end. */
export class Streams {
  readonly times: StreamTimes;
  readonly #open = new Set<() => void>();

  constructor(times: StreamTimes = { heartbeatMs: 15_000, recheckMs: 60_000 }) {
    this.times = times;
  }

  get isFull(): boolean {
    return this.#open.size >= STREAMS_MAX;
  }

  get count(): number {
    return this.#open.size;
  }

  add(close: () => void): void {
    this.#open.add(close);
  }

  remove(close: () => void): void {
    this.#open.delete(close);
  }

  closeAll(): void {
    for (const close of this.#open) close();
  }
}
