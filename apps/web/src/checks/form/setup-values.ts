import { type Span, spanToSeconds, toSpan } from "../../time/duration.ts";
import type { CheckSchedule } from "../check-queries.ts";

/** How the scheduler is set up; a field is empty if it is not known. */
type SetupValues = { missed: string; within: Span; overlap: string };

/** Every kind of schedule keeps its own set-up, so that switching between them loses nothing. */
export type Setups = Record<CheckSchedule["kind"], SetupValues>;

export const NO_SETUP: SetupValues = { missed: "", within: { amount: "", unit: "seconds" }, overlap: "" };
export const NO_SETUPS: Setups = { interval: NO_SETUP, cron: NO_SETUP, oncalendar: NO_SETUP };

type Setup = NonNullable<CheckSchedule["setup"]>;

/** The set-up as the API takes it, as a part of the schedule. */
export function setupInput({ missed, within, overlap }: SetupValues): { setup?: Setup } {
  const withinSeconds = spanToSeconds(within);
  const setup = {
    ...(missed !== "" && { missed }),
    ...(withinSeconds !== null && { withinSeconds }),
    ...(overlap !== "" && { overlap: overlap as NonNullable<Setup["overlap"]> }),
  };
  return Object.keys(setup).length === 0 ? {} : { setup };
}

export function setupValues({ missed, withinSeconds, overlap }: Setup = {}): SetupValues {
  const within = withinSeconds === undefined ? NO_SETUP.within : toSpan(withinSeconds);
  return { missed: missed ?? "", overlap: overlap ?? "", within };
}

const NAMES: Record<string, string> = { withinSeconds: "within", overlap: "overlap" };

/** The set-up's field for a path of the API; null for a path outside of the set-up. */
export function setupField(path: string): string | null {
  const [found, name = ""] = /^schedule\.setup(?:\.(\w+))?$/.exec(path) ?? [];
  return found === undefined ? null : (NAMES[name] ?? "missed");
}
