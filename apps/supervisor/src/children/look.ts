/** How often is looked, and how many looks in a row may find nothing: once it runs, and before its first answer. */
type Patience = { everyMs: number; looks: number };

const RUNNING: Patience = { everyMs: 2_000, looks: 5 };
/** Five minutes to begin, however slow the machine is. */
const STARTING: Patience = { everyMs: 250, looks: 1_200 };

/**
 * Looks again and again whether a process answers, and calls `onHung` once where it does not. What counts are looks
 * in a row, not the time: a machine that slept, or a supervisor that was stopped for a while, missed its own looks too.
 * Returns how to stop looking.
 */
export function lookAfter(
  answers: () => Promise<boolean>,
  onHung: (silentSeconds: number) => void,
): () => void {
  let silent = 0;
  let patience = STARTING;
  let isStopped = false;
  const look = async () => {
    const answered = await answers().catch(() => false);
    if (isStopped) return;
    silent = answered ? 0 : silent + 1;
    if (answered) patience = RUNNING;
    if (silent >= patience.looks) return onHung(Math.round((silent * patience.everyMs) / 1_000));
    timer = soon();
  };
  const soon = () => setTimeout(() => void look(), patience.everyMs).unref();
  let timer = soon();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
