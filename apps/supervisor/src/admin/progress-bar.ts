const WIDTH = 30;
/** Drawing each row would cost more than copying it. */
const DRAWN_EVERY_MS = 100;
const DOES = { write: "written", verify: "read again", restore: "restored" };

type Shown = { step: keyof typeof DOES; rows: number; rowsInAll: number | null };

/** A progress bar on standard error, if that is a terminal. `rowsInAll` may be an estimate; null: unknown. */
export function progressBar(): { show: (progress: Shown) => void; end: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let drawnAt = -Infinity;
  return {
    show: ({ step, rows, rowsInAll }) => {
      const now = performance.now();
      if (now - drawnAt < DRAWN_EVERY_MS) return;
      drawnAt = now;
      const share = rowsInAll === null || rowsInAll === 0 ? null : Math.min(1, rows / rowsInAll);
      const bar = share === null ? "" : `[${"#".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "-")}] `;
      process.stderr.write(`\r\u001B[K${bar}${rows} rows ${DOES[step]}`);
    },
    end: () => void process.stderr.write("\r\u001B[K"),
  };
}
