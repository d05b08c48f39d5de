/** How often a process is looked at, and how many looks in a row may find no sign of life. */
type Patience = { everyMs: number; looks: number };

const RUNNING: Patience = { everyMs: 2_000, looks: 5 };
/** Five minutes until the first sign of life, however slow the machine is. */
const STARTING: Patience = { everyMs: 250, looks: 1_200 };

/**
 * Looks again and again whether a process shows a sign of life: calls `onFirst` at the first one, and `onHung` once where
 * they cease. Looks in a row are counted instead of time, because a machine that slept, or a supervisor that was stopped
 * for a while, missed its own looks too. Returns a function that ends it.
 */
export function watchLiveness(
  isAlive: () => Promise<boolean>,
  { onFirst, onHung }: { onFirst?: () => void; onHung: (silentSeconds: number) => void },
): () => void {
  let silent = 0;
  let patience = STARTING;
  let isStopped = false;
  const look = async () => {
    const alive = await isAlive().catch(() => false);
    if (isStopped) return;
    silent = alive ? 0 : silent + 1;
    if (alive && patience === STARTING) {
      patience = RUNNING;
      onFirst?.();
    }
    if (silent >= patience.looks) return onHung(Math.round((silent * patience.everyMs) / 1_000));
    timer = schedule();
  };
  const schedule = () => setTimeout(() => void look(), patience.everyMs).unref();
  let timer = schedule();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
