import { classifyDatabaseError } from "./database-problem.ts";

/** What a trouble that lasts is told by, besides its beginning: each gets how often it came since the last word. */
type Words = { lasts: (count: number) => void; over: () => void };

const EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** Nothing for so long: it is over. What fails is tried again sooner than that. */
const QUIET_MS = 30_000;

/**
 * Keeps a trouble that comes a thousand times a second from filling the log: its beginning is told by whoever reports
 * it, then once a minute how often it came, and once that it is over.
 */
export class ProblemLog {
  readonly #words: Words;
  #looking: NodeJS.Timeout | null = null;
  #lastAt = 0;
  #toldAt = 0;
  #untold = 0;

  constructor(words: Words) {
    this.#words = words;
  }

  /** It happened once more. @returns whether it begins with this, so that it is to be told as it is */
  report(): boolean {
    const now = performance.now();
    this.#lastAt = now;
    this.#untold += 1;
    if (this.#looking !== null) return false;
    this.#told(now);
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looking.unref();
    return true;
  }

  /** No further word. */
  stop(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
  }

  #told(now: number): void {
    this.#toldAt = now;
    this.#untold = 0;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lastAt >= QUIET_MS) {
      this.stop();
      this.#words.over();
    } else if (now - this.#toldAt >= EVERY_MS) {
      this.#words.lasts(this.#untold);
      this.#told(now);
    }
  }
}

type Write = (...args: unknown[]) => void;
type Logger = { warn: (details: object, sentence: string) => void };

/**
 * Hooks for pino: lines about an error by which the database hinders us for now are told as one trouble. The first is
 * written as it is, whichever part of the program meets it.
 */
export function foldDatabaseProblems() {
  const met: { logger: Logger | null } = { logger: null };
  const troubles = new ProblemLog({
    lasts: (count) =>
      met.logger?.warn({ count }, "The database still hinders: so many errors since the last such line."),
    over: () => met.logger?.warn({}, "The database has hindered nothing for 30 s: it works again."),
  });
  return {
    logMethod(this: Logger, args: unknown[], write: Write): void {
      met.logger = this;
      const [details] = args;
      const error = typeof details === "object" && details !== null ? Reflect.get(details, "err") : null;
      if (classifyDatabaseError(error) === null || troubles.report()) write.apply(this, args);
    },
  };
}
