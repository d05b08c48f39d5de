import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let serverAheadMs = 0;

/** The server's time as far as known, epoch milliseconds: a wrong clock on this machine makes no check look late. */
export function serverNow(): number {
  return Date.now() + serverAheadMs;
}

/** The same, in whole seconds; the component draws itself again every second. One timer serves the whole page. */
export function useNow(): number {
  return useAsOfNow((now) => now);
}

/**
 * What `read` makes of the time, asked every second: the component draws itself again only when that changes, which
 * is what lets a list count down hundreds of checks. `read` must answer a text, a number or the like.
 */
export function useAsOfNow<T extends string | number>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(wholeSecond()));
}

/** Learns from an answer's `Date` header, which names whole seconds. Small differences are the network's. */
export function noteServerTime(dateHeader: string | null): void {
  const at = dateHeader === null ? Number.NaN : Date.parse(dateHeader) + 500;
  if (Number.isNaN(at)) return;
  const ahead = at - Date.now();
  serverAheadMs = Math.abs(ahead) < 3_000 ? 0 : ahead;
}

function wholeSecond(): number {
  return Math.floor(serverNow() / 1_000) * 1_000;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((listen) => listen()), 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
