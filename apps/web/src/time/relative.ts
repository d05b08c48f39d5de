import { durationText } from "./duration.ts";

/** "3 min ago", "in 2 h 5 min", "just now": `at` seen from `now`, both epoch milliseconds. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(at - now);
  if (distance < 5_000) return "just now";
  const text = durationText(coarse(distance));
  return at < now ? `${text} ago` : `in ${text}`;
}

/** Beyond an hour seconds say nothing, and beyond a minute they only flicker. */
function coarse(ms: number): number {
  return ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000;
}
