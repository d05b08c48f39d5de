import { classifyDatabaseError } from "./database-problem.ts";

/** Writes a problem that lasts, besides its beginning: `lasts` gets how often it came since the last line. */
type Lines = { lasts: (count: number) => void; over: () => void };

const EVERY_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** Nothing for so long: it is over. What fails is tried again sooner than that. */
const QUIET_MS = 30_000;

/**
 * Keeps a problem that comes a thousand times a second from filling the log: the caller of `report` logs its beginning,
 * then it is logged once a minute how often it came, and once that it is over.
 */
export class ProblemLog {
  readonly #lines: Lines;
  #looking: NodeJS.Timeout | null = null;
  #lastAt = 0;
  #loggedAt = 0;
  #unlogged = 0;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** It happened once more. @returns whether it begins with this, so that the caller logs it */
  report(): boolean {
    const now = performance.now();
    this.#lastAt = now;
    this.#unlogged += 1;
    if (this.#looking !== null) return false;
    this.#markLogged(now);
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looking.unref();
    return true;
  }

  /** No further word. */
  stop(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
  }

  #markLogged(now: number): void {
    this.#loggedAt = now;
    this.#unlogged = 0;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lastAt >= QUIET_MS) {
      this.stop();
      this.#lines.over();
    } else if (now - this.#loggedAt >= EVERY_MS) {
      this.#lines.lasts(this.#unlogged);
      this.#markLogged(now);
    }
  }
}

type Write = (...args: unknown[]) => void;
type Logger = { warn: (details: object, sentence: string) => void };

/**
 * Hooks for pino: lines about errors from one passing problem of the database are folded. The first is written as it is,
 * whichever part of the program meets it.
 */
export function foldDatabaseProblems() {
  const met: { logger: Logger | null } = { logger: null };
  const problem = new ProblemLog({
    lasts: (count) =>
      met.logger?.warn({ count }, "The database still hinders: so many errors since the last such line."),
    over: () => met.logger?.warn({}, "The database has hindered nothing for 30 s: it works again."),
  });
  return {
    logMethod(this: Logger, args: unknown[], write: Write): void {
      met.logger = this;
      const [details] = args;
      const error = typeof details === "object" && details !== null ? Reflect.get(details, "err") : null;
      if (classifyDatabaseError(error) === null || problem.report()) write.apply(this, args);
    },
  };
}
