import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

/**
 * How to start a driver. `cwd` is its own folder, in which its packages are installed. If it takes longer than `answerWithinMs`
 * for a line, the real program is taken not to return.
 */
export type Start = { command: string; args: string[]; cwd: string; answerWithinMs: number };

/** What is asked: the first `count` times of `expr` in the zone `tz`, strictly after `after` (ISO 8601). */
export type Question = { expr: string; tz: string; after: string; count: number };

const Answer = z.union([
  /** `until`: the program was watched only up to then, so later times are unknown. */
  z.strictObject({ next: z.array(z.iso.datetime()), until: z.iso.datetime().optional() }),
  z.strictObject({ error: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;

/** A running driver. It is asked one line at a time, and restarted if it hangs or ends. */
export class RealProgram {
  #start: Start;
  #child: ChildProcessWithoutNullStreams | null = null;
  #answers: AsyncIterator<string> | null = null;

  constructor(start: Start) {
    this.#start = start;
  }

  /** Resolves to null if the program gave no answer: it ended, or was still busy when its time was up. */
  async ask(question: Question): Promise<Answer | null> {
    const [child, answers] = this.#ensureRunning();
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), this.#start.answerWithinMs);
    const line = await Promise.race([answers.next(), late.promise]);
    clearTimeout(timer);
    if (line !== null && line.done !== true) return Answer.parse(JSON.parse(line.value));
    this.stop();
    return null;
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
    this.#answers = null;
  }

  #ensureRunning(): [ChildProcessWithoutNullStreams, AsyncIterator<string>] {
    if (this.#child === null || this.#answers === null) {
      const { command, args, cwd } = this.#start;
      this.#child = spawn(command, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
      this.#child.stdin.on("error", () => {}); // if the driver has ended, its answer is missing
      this.#child.stderr.pipe(process.stderr);
      this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    }
    return [this.#child, this.#answers];
  }
}
