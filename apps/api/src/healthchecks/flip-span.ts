import type { Instant } from "@overdue/schedules";

import { FaceError } from "./face-error.ts";

const SECOND_MS = 1000;
const YEAR_SECONDS = 31_536_000;
const LATEST_SECONDS = 10_000_000_000;

/** `seconds` back from now, `start` on, `end` exclusive: all that are sent hold. @throws FaceError 400, empty. */
export function spanIn(
  query: URLSearchParams,
  now: Instant,
): { from: Instant | null; until: Instant | null } {
  const seconds = wholeNumber(query, "seconds", YEAR_SECONDS) ?? 0;
  const start = wholeNumber(query, "start", LATEST_SECONDS);
  const end = wholeNumber(query, "end", LATEST_SECONDS);
  const since = seconds === 0 ? null : now - seconds * SECOND_MS;
  const from = start === null ? since : Math.max(start * SECOND_MS, since ?? 0);
  return { from, until: end === null ? null : end * SECOND_MS };
}

function wholeNumber(query: URLSearchParams, name: string, max: number): number | null {
  const text = query.getAll(name).at(-1);
  if (text === undefined) return null;
  if (!/^\d{1,11}$/.test(text) || Number(text) > max) throw new FaceError(400);
  return Number(text);
}
