import { ProblemLog } from "@overdue/db";
import type { Logger } from "pino";

/** Logs that a queue fails: `sentence` when it begins, a count each minute while it lasts, and when it is over. */
export function reportQueueTroubles(log: Logger, sentence: string): (error: unknown) => void {
  const troubles = new ProblemLog({
    lasts: (count) => log.warn({ count }, `The queue still fails: ${count} errors since the last such line.`),
    over: () => log.warn("The queue has given no error for 30 s: it works again."),
  });
  return (error) => {
    if (troubles.report()) log.warn({ err: error }, sentence);
  };
}
