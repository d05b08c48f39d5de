import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let serverAheadMs = 0;

/** The server's time in epoch milliseconds, as far as it is known. With it, a wrong clock on this machine does not make checks look late. */
export function serverNow(): number {
  return Date.now() + serverAheadMs;
}

/** The same in whole seconds; the component renders again every second. One timer serves the whole page. */
export function useNow(): number {
  return useComputedFromNow((now) => now);
}

/**
 * A value computed from the time every second. The component renders again only when the value changes, so that a list
 * can count down hundreds of checks. `compute` must return a primitive value.
 */
export function useComputedFromNow<T extends string | number>(compute: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => compute(wholeSecond()));
}

/** Reads the time from a response's `Date` header, which has whole seconds. Small differences come from the network and are ignored. */
export function recordServerTime(dateHeader: string | null): void {
  const at = dateHeader === null ? Number.NaN : Date.parse(dateHeader) + 500;
  if (Number.isNaN(at)) return;
  const ahead = at - Date.now();
  serverAheadMs = Math.abs(ahead) < 3_000 ? 0 : ahead;
}

let oldestStored: string | null = null;
const storedListeners = new Set<() => void>();

/**
 * Notes whether an answer was stored by the service worker (`public/sw.js`) at that time, ISO 8601, because the server is
 * away; null for one that the server gave now, after which nothing on the page is older.
 */
export function recordStoredAnswer(at: string | null): void {
  const next = at === null ? null : [at, oldestStored ?? at].toSorted()[0];
  if (next === oldestStored || next === undefined) return;
  oldestStored = next;
  storedListeners.forEach((listen) => listen());
}

/** Since when what the page shows is stored, ISO 8601; null where it comes from the server. */
export function useStoredAt(): string | null {
  return useSyncExternalStore(
    (listener) => {
      storedListeners.add(listener);
      return () => storedListeners.delete(listener);
    },
    () => oldestStored,
  );
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
