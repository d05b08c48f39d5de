import type { Instant } from "../time.ts";
import type { Schedule } from "./schedule.ts";

/** What a schedule means, for the person who writes it. */
export type Explanation = {
  /** one plain English sentence */
  text: string;
  next: Occurrence[];
  /** the next two clock changes of the zone, with what they do to this schedule */
  changes: ClockChange[];
};

/** `local` reads like "Sun 2026-03-29 04:00 (UTC+3)". */
export type Occurrence = { at: Instant; local: string };

export type ClockChange = {
  at: Instant;
  timezone: string;
  /** such as "Sun 2026-03-29: clocks go forward from 03:00 to 04:00" */
  text: string;
  affected: { local: string; mark: "skipped" | "moved" | "doubled" }[];
  /** how many times are affected; `affected` lists the first few */
  affectedCount: number;
};

/** The first lines land before the rest: the text and the changes follow. */
export function explain(_schedule: Schedule, _options: { from: Instant; count: number }): Explanation {
  return { text: "", next: [], changes: [] };
}
