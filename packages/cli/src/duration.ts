import { UsageError } from "./errors.ts";

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** Reads `90`, `90s`, `1h30m`, `1.5m` or `500ms`; a number alone is in seconds. @returns milliseconds */
export function readDuration(text: string, option: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * UNITS.s;
  if (!WHOLE.test(text))
    throw new UsageError(`${option} must be a length of time such as 120s, 5m or 1h30m, not "${text}".`);
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

/** `93500` as "1m 33s", `400` as "0.4 s". */
export function durationText(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}m ${Math.floor((ms % 60_000) / 1_000)}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
