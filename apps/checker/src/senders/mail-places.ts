/**
 * How many mails are on their way at once. One that takes longer than a moment gives its place to the next, so that a
 * relay that is slow with some mails does not hold up the others; quick ones never ask for more than `most` connections.
 */
export type MailPlaces = { take(signal: AbortSignal): Promise<() => void> };

export function openMailPlaces({ most, slowAfterMs }: { most: number; slowAfterMs: number }): MailPlaces {
  const waiting: (() => void)[] = [];
  let free = most;
  const give = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    take: async (signal) => {
      if (free > 0) free -= 1;
      else await turn(waiting, signal);
      let isHeld = true;
      const leave = () => {
        if (!isHeld) return;
        isHeld = false;
        clearTimeout(timer);
        give();
      };
      const timer = setTimeout(leave, slowAfterMs).unref();
      return leave;
    },
  };
}

function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = () => {
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const stop = () => {
      waiting.splice(waiting.indexOf(start), 1);
      reject(new Error("The mail did not get its turn."));
    };
    signal.addEventListener("abort", stop, { once: true });
    waiting.push(start);
  });
}
