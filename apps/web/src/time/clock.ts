import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let serverAheadMs = 0;

/** The server's time in epoch milliseconds, so that a wrong clock on this machine does not make checks look late. */
export function serverNow(): number {
  return Date.now() + serverAheadMs;
}

/** `serverNow` in whole seconds; the component renders again every second. The whole page shares one timer. */
export function useNow(): number {
  return useComputedFromNow((now) => now);
}

/**
 * A value computed from the time every second. The component renders again only when the value changes, so that a list
 * can count down hundreds of checks. `compute` must return a primitive value.
 */
export function useComputedFromNow<T extends string | number | boolean>(compute: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => compute(wholeSecond()));
}

/** Reads the server's time from a `Date` header (whole seconds). Differences below 3 s may be the network's: ignored. */
export function recordServerTime(dateHeader: string | null): void {
  const at = dateHeader === null ? Number.NaN : Date.parse(dateHeader) + 500;
  if (Number.isNaN(at)) return;
  const ahead = at - Date.now();
  serverAheadMs = Math.abs(ahead) < 3_000 ? 0 : ahead;
}

let oldestStored: string | null = null;
const storedListeners = new Set<() => void>();

/**
 * Records where a response came from. `at`: when the service worker (`public/sw.js`) stored it, ISO 8601, if the server
 * is away; null if it came from the server, after which the page counts as current.
 */
export function recordStoredResponse(at: string | null): void {
  const next = at === null ? null : [at, oldestStored ?? at].toSorted()[0];
  if (next === oldestStored || next === undefined) return;
  oldestStored = next;
  storedListeners.forEach((listen) => listen());
}

/** When the oldest stored response on the page was stored, ISO 8601; null if all came from the server. */
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
